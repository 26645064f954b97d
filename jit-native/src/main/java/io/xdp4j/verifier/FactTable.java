package io.xdp4j.verifier;

import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.insn.Insn;
import io.xdp4j.bpf.insn.Operand;
import org.jspecify.annotations.Nullable;

/** Gathers, over all paths, what holds at each instruction of the registers that it uses. */
final class FactTable {

    /** Taken and not taken. */
    private static final int TAKEN = 1;

    private static final int FALLS = 2;

    private final Code code;
    private final boolean[] reached;
    private final byte[] branches;
    private final @Nullable Reg[][] regs;
    private final @Nullable MapSpec[] maps;
    private final boolean[] severalMaps;

    FactTable(final Code code) {
        this.code = code;
        reached = new boolean[code.length()];
        branches = new byte[code.length()];
        regs = new Reg[code.length()][];
        maps = new MapSpec[code.length()];
        severalMaps = new boolean[code.length()];
    }

    void record(final int pc, final Insn insn, final State state) {
        reached[pc] = true;
        switch (insn.form()) {
            case LOAD -> base(pc, ((Insn.Load) insn).base(), state);
            case LOAD_ACQUIRE -> base(pc, ((Insn.LoadAcquire) insn).base(), state);
            case STORE -> {
                final Insn.Store store = (Insn.Store) insn;
                join(pc, store.base(), state);
                join(pc, store.source(), state);
            }
            case STORE_RELEASE -> {
                final Insn.StoreRelease store = (Insn.StoreRelease) insn;
                join(pc, store.base(), state);
                join(pc, store.src(), state);
            }
            case ATOMIC -> {
                final Insn.Atomic atomic = (Insn.Atomic) insn;
                join(pc, atomic.base(), state);
                join(pc, atomic.src(), state);
            }
            case ALU -> {
                final Insn.Alu alu = (Insn.Alu) insn;
                join(pc, alu.dst(), state);
                join(pc, alu.source(), state);
            }
            case MOVE -> join(pc, ((Insn.Move) insn).source(), state);
            case JUMP_IF -> {
                final Insn.JumpIf jump = (Insn.JumpIf) insn;
                join(pc, jump.dst(), state);
                join(pc, jump.source(), state);
            }
            case HELPER_CALL, KFUNC_CALL -> {
                final var callee = code.calleeAt(pc);
                for (int i = 0; callee != null && i < callee.arguments().size(); i++) {
                    join(pc, i + 1, state);
                }
            }
            default -> {}
        }
    }

    /** A load is made for the context or for memory, once and for all. */
    private void base(final int pc, final int register, final State state) {
        final Reg[] here = regs[pc];
        final Reg before = here == null ? null : here[register];
        if (before != null && (before.type == RegType.CTX) != (state.reg(register).type == RegType.CTX)) {
            throw new Refusal(
                    Rule.CONTEXT,
                    pc,
                    "r" + register + " is the context on one path and something else on another, but one load cannot"
                            + " read both: load on each path by itself");
        }
        join(pc, register, state);
    }

    private void join(final int pc, final Operand operand, final State state) {
        if (operand instanceof final Operand.Register register) {
            join(pc, register.number(), state);
        }
    }

    private void join(final int pc, final int register, final State state) {
        final Reg there = state.reg(register);
        // ranges of numbers are the flow's: those of a path that was left off need not lie in those of the others
        final Reg reg = there.isScalar() ? Reg.UNKNOWN : there;
        Reg[] here = regs[pc];
        if (here == null) {
            here = new Reg[Frame.REGISTERS];
            regs[pc] = here;
        }
        here[register] = here[register] == null ? reg : join(here[register], reg);
    }

    /** What holds of both; NOT_INIT stands for "different kinds". */
    private static Reg join(final Reg a, final Reg b) {
        if (a == b || a.type == RegType.NOT_INIT) {
            return a;
        }
        if (a.type != b.type || !Reg.sameMap(a.map, b.map)) {
            return Reg.NOT_INIT;
        }
        final boolean sameOffset = a.isScalar() || a.offset == b.offset;
        final Scalar scalar = sameOffset
                ? a.scalar.join(b.scalar)
                : ScalarMath.add(a.scalar, Scalar.constant(a.offset))
                        .join(ScalarMath.add(b.scalar, Scalar.constant(b.offset)));
        final boolean sized = a.type != RegType.STACK && a.type != RegType.FUNC;
        if (!sized && a.range != b.range) {
            return Reg.NOT_INIT;
        }
        return new Reg(
                a.type,
                a.flags | (b.flags & (Reg.NULLABLE | Reg.READ_ONLY)),
                scalar,
                sameOffset ? a.offset : 0,
                0,
                0,
                sameOffset ? Math.min(a.range, b.range) : range(a, b),
                a.map,
                0);
    }

    /** Bytes of a packet are counted from where the variable part ends, which now has the constant one in it. */
    private static int range(final Reg a, final Reg b) {
        return a.isPacket() ? Math.min(bytesAt(a), bytesAt(b)) : Math.min(a.range, b.range);
    }

    /** What lies before the place that was compared is not known to exist. */
    private static int bytesAt(final Reg pointer) {
        return pointer.offset < 0 ? 0 : Math.max(0, pointer.range - pointer.offset);
    }

    void branch(final int pc, final boolean taken) {
        branches[pc] |= (byte) (taken ? TAKEN : FALLS);
    }

    void call(final int pc, final Call call) {
        final MapSpec map = call.map;
        if (map == null) {
            return;
        }
        if (maps[pc] == null) {
            maps[pc] = map;
        } else if (!Reg.sameMap(map, maps[pc])) {
            severalMaps[pc] = true;
        }
    }

    Facts facts() {
        final ScalarFlow flow = ScalarFlow.of(code, new Paths());
        final Fact[] all = new Fact[code.length()];
        for (int pc = 0; pc < all.length; pc++) {
            if (code.starts(pc)) {
                all[pc] = fact(pc, flow);
            }
        }
        return new Facts(all);
    }

    /** What was seen of the edges, for the flow of numbers. */
    private final class Paths implements ScalarFlow.Edges {

        @Override
        public boolean reached(final int pc) {
            return reached[pc];
        }

        @Override
        public boolean taken(final int pc) {
            return (branches[pc] & TAKEN) != 0;
        }

        @Override
        public boolean falls(final int pc) {
            return (branches[pc] & FALLS) != 0;
        }

        @Override
        public boolean loadsAddress(final int pc) {
            final Reg[] here = regs[pc];
            final int base = switch (code.insn(pc).form()) {
                case LOAD -> ((Insn.Load) code.insn(pc)).base();
                case LOAD_ACQUIRE -> ((Insn.LoadAcquire) code.insn(pc)).base();
                default -> throw new IllegalStateException("no load: pc=" + pc);
            };
            final Reg reg = here == null ? null : here[base];
            return reg == null || reg.type == RegType.CTX || reg.type == RegType.NOT_INIT;
        }
    }

    private Fact fact(final int pc, final ScalarFlow flow) {
        final Value[] values = new Value[Frame.REGISTERS];
        final Reg[] here = regs[pc];
        for (int r = 0; here != null && r < values.length; r++) {
            if (here[r] != null && here[r].type != RegType.NOT_INIT) {
                values[r] = Value.of(here[r], flow.at(pc, r));
            }
        }
        return new Fact(
                reached[pc],
                (branches[pc] & TAKEN) != 0,
                (branches[pc] & FALLS) != 0,
                severalMaps[pc] ? null : maps[pc],
                values);
    }
}
