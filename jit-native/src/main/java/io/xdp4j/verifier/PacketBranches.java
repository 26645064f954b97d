package io.xdp4j.verifier;

import io.xdp4j.bpf.insn.Condition;

/**
 * Comparisons of packet pointers with the end of the packet: they prove how many bytes exist.
 *
 * <p>Source: {@code try_match_pkt_pointers()}, {@code find_good_pkt_pointers()} in {@code kernel/bpf/verifier.c}, Linux
 * 6.18.
 */
final class PacketBranches {

    /** Bytes of a packet that are looked at at most: {@code MAX_PACKET_OFF}. */
    static final int MAX_PACKET = 0xffff;

    /** As range: the pointer is the packet's end or lies past it. */
    private static final int AT_END = -1;
    /** As range: the pointer lies past the packet's end. */
    private static final int PAST_END = -2;

    private PacketBranches() {}

    private static boolean comparable(final Reg pointer, final Reg end) {
        return (pointer.type == RegType.PACKET && end.type == RegType.PACKET_END)
                || (pointer.type == RegType.PACKET_META && isStart(end));
    }

    private static boolean isStart(final Reg reg) {
        return reg.type == RegType.PACKET && reg.id == 0 && reg.offset == 0 && reg.scalar.isConstant(0);
    }

    private static Condition swapped(final Condition condition) {
        return switch (condition) {
            case GT -> Condition.LT;
            case LT -> Condition.GT;
            case GE -> Condition.LE;
            case LE -> Condition.GE;
            default -> condition;
        };
    }

    /** Which way the jump goes where the pointer was compared before: 1, 0 or -1 for both. */
    static int outcome(final Condition condition, final Reg a, final Reg b) {
        final boolean forward = a.type == RegType.PACKET && b.type == RegType.PACKET_END;
        if (!forward && !(b.type == RegType.PACKET && a.type == RegType.PACKET_END)) {
            return -1;
        }
        final Reg pointer = forward ? a : b;
        final Condition as = forward ? condition : swapped(condition);
        if (pointer.range >= 0) {
            return -1;
        }
        return switch (as) {
            case GT -> pointer.range == PAST_END ? 1 : -1;
            case LE -> pointer.range == PAST_END ? 0 : -1;
            case GE -> 1;
            case LT -> 0;
            default -> -1;
        };
    }

    static void learn(final Condition condition, final Reg a, final Reg b, final State taken, final State falls) {
        if (comparable(a, b)) {
            learnForward(condition, a, taken, falls);
        } else if (comparable(b, a)) {
            learnForward(swapped(condition), b, taken, falls);
        }
    }

    private static void learnForward(
            final Condition condition, final Reg pointer, final State taken, final State falls) {
        switch (condition) {
            case GT -> {
                exists(falls, pointer, 0);
                past(taken, pointer, PAST_END);
            }
            case GE -> {
                exists(falls, pointer, 1);
                past(taken, pointer, AT_END);
            }
            case LT -> {
                exists(taken, pointer, 1);
                past(falls, pointer, AT_END);
            }
            case LE -> {
                exists(taken, pointer, 0);
                past(falls, pointer, PAST_END);
            }
            default -> {}
        }
    }

    /** Pointers of the same variable part lead to so many bytes. */
    private record Reaches(Reg pointer, int range) implements State.Change {

        @Override
        public Reg apply(final Reg reg) {
            return reg.type == pointer.type && reg.id == pointer.id && reg.range >= 0 && reg.range < range
                    ? reg.withRange(range)
                    : reg;
        }
    }

    /** The pointer and its copies lie at or past the end. */
    private record IsPast(Reg pointer, int range) implements State.Change {

        @Override
        public Reg apply(final Reg reg) {
            return reg.type == RegType.PACKET && reg.same(pointer) ? reg.withRange(range) : reg;
        }
    }

    /** All bytes before the pointer exist, and {@code more} after it. */
    private static void exists(final State state, final Reg pointer, final int more) {
        if (pointer.offset < 0
                || (pointer.offset == 0 && more > 0)
                || Long.compareUnsigned(pointer.scalar.umax, MAX_PACKET) > 0
                || pointer.scalar.umax + pointer.offset > MAX_PACKET) {
            return;
        }
        final int range = pointer.offset + more;
        state.changeAll(new Reaches(pointer, range));
    }

    /** The pointer itself, and what is the same as it, lies at or past the end. */
    private static void past(final State state, final Reg pointer, final int range) {
        if (pointer.type == RegType.PACKET) {
            state.changeAll(new IsPast(pointer, range));
        }
    }
}
