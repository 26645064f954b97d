package io.xdp4j.verifier;

/**
 * Tells whether all that a state stands for is covered by one that has been explored, so that its path needs no following.
 *
 * <p>Source: {@code states_equal()}, {@code regsafe()}, {@code stacksafe()} in {@code kernel/bpf/verifier.c}, Linux 6.18.
 * Unlike there, ids of the old state may stand for one id of the new one: that only knows more.
 */
final class Inclusion {

    /** How much has to agree. */
    enum Mode {
        /** Numbers matter where they are precise, stack where it is read. */
        USUAL,
        /** All numbers and all stack have to lie in the old one's ranges: marks are not final yet. */
        WITHIN,
        /** Everything is the same: a loop that changes nothing. */
        EXACT
    }

    private final Code code;
    private int[] oldIds = new int[64];
    private int[] newIds = new int[64];
    private int pairs;
    private int unique;
    private Mode mode = Mode.USUAL;

    Inclusion(final Code code) {
        this.code = code;
    }

    boolean includes(final State old, final State state, final Mode how) {
        if (old.frameCount() != state.frameCount()
                || old.lockId == 0 != (state.lockId == 0)
                || !old.lockMap.equals(state.lockMap)
                || old.rcuDepth != state.rcuDepth
                || old.preemptDepth != state.preemptDepth
                || old.referenceCount() != state.referenceCount()) {
            return false;
        }
        mode = how;
        pairs = 0;
        unique = 0;
        for (int i = 0; i < old.referenceCount(); i++) {
            if (!sameReference(old.reference(i), state.reference(i))) {
                return false;
            }
        }
        if (old.lockId != 0 && !sameId(old.lockId, state.lockId)) {
            return false;
        }
        for (int i = 0; i < old.frameCount(); i++) {
            final int pc = i == old.frameCount() - 1 ? state.pc : state.frame(i + 1).callSite;
            if (!frame(old.frame(i), state.frame(i), code.live[pc], old.branches == 0)) {
                return false;
            }
        }
        return true;
    }

    private boolean frame(final Frame old, final Frame frame, final int live, final boolean done) {
        if (old.start != frame.start
                || old.callSite != frame.callSite
                || old.tailCalled != frame.tailCalled
                || (old.callback == null) != (frame.callback == null)) {
            return false;
        }
        for (int r = 0; r < Frame.REGISTERS; r++) {
            final boolean matters = mode == Mode.EXACT || (live & 1 << r) != 0;
            if (matters && !register(old.regs[r], frame.regs[r], (old.preciseRegs & 1 << r) != 0)) {
                return false;
            }
        }
        return stack(old, frame, done);
    }

    private boolean register(final Reg old, final Reg reg, final boolean precise) {
        if (old == reg && old.id == 0 && old.reference == 0 && old.owner == 0) {
            return true;
        }
        if (mode == Mode.EXACT) {
            return old.sameBut(reg)
                    && old.scalar.same(reg.scalar)
                    && sameId(old.id, reg.id)
                    && sameReference(old.reference, reg.reference)
                    && sameId(old.owner, reg.owner);
        }
        return switch (old.type) {
            case NOT_INIT -> true;
            // how far it has come does not matter, or no loop would come to rest
            case ITERATOR ->
                reg.type == RegType.ITERATOR && old.flags == reg.flags && sameReference(old.reference, reg.reference);
            case SCALAR -> reg.isScalar() && ((!precise && mode == Mode.USUAL) || scalar(old, reg));
            case PACKET, PACKET_META ->
                old.type == reg.type
                        && old.flags == reg.flags
                        && range(old.range, reg.range)
                        && old.offset == reg.offset
                        && old.scalar.includes(reg.scalar)
                        && sameId(old.id, reg.id);
            case MAP_VALUE, MAP_KEY, MEM, STACK, CTX, PACKET_END, MAP, FUNC, OBJECT, DYNPTR ->
                old.sameBut(reg)
                        && old.scalar.includes(reg.scalar)
                        && sameId(old.id, reg.id)
                        && sameReference(old.reference, reg.reference)
                        && sameId(old.owner, reg.owner);
        };
    }

    /** At least as many bytes are known to exist; negative ranges mean that the pointer is at or past the end. */
    private static boolean range(final int old, final int range) {
        return (old < 0 || range < 0) ? old == range : old <= range;
    }

    private boolean scalar(final Reg old, final Reg reg) {
        if (!old.scalar.includes(reg.scalar)) {
            return false;
        }
        return old.id == 0 || (old.flags == reg.flags && old.offset == reg.offset && sameId(old.id, reg.id));
    }

    private boolean stack(final Frame old, final Frame frame, final boolean done) {
        for (int i = 0; i < Math.max(old.depth(), frame.depth()); i++) {
            final boolean matters = mode != Mode.USUAL || !done || (old.read & 1L << i) != 0;
            if (matters && !slot(old.slot(i), frame.slot(i), (old.preciseSlots & 1L << i) != 0)) {
                return false;
            }
        }
        return true;
    }

    private boolean slot(final Slot old, final Slot slot, final boolean precise) {
        if (mode == Mode.EXACT && old.kinds() != slot.kinds()) {
            return false;
        }
        final Reg oldNumber = old.asScalar();
        final Reg number = slot.asScalar();
        if (mode != Mode.EXACT && oldNumber != null && number != null) {
            // a slot of zero bytes was compared byte by byte when it was read: always precise
            return register(oldNumber, number, precise || !old.isSpill());
        }
        for (int at = 0; at < 8; at++) {
            if (!kind(old.kind(at), slot.kind(at), slot)) {
                return false;
            }
        }
        final Reg oldReg = old.reg();
        if (oldReg == null || old.kind(0) != slot.kind(0)) {
            return true;
        }
        final Reg reg = slot.reg();
        return reg != null && register(oldReg, reg, precise);
    }

    private static boolean kind(final int old, final int kind, final Slot slot) {
        return switch (old) {
            // functions may be given stack that was not written, but no addresses that lie there
            case Slot.INVALID -> kind < Slot.DYNPTR && (kind != Slot.SPILL || isNumber(slot));
            case Slot.MISC -> kind == Slot.MISC || kind == Slot.ZERO || (kind == Slot.SPILL && isNumber(slot));
            default -> old == kind;
        };
    }

    private static boolean isNumber(final Slot slot) {
        return slot.reg() != null && slot.reg().isScalar();
    }

    // ---- ids ----

    /** Old ids may meet in one new id, but one old id stands for one new one. */
    private boolean sameId(final int old, final int id) {
        if (old == 0) {
            return mode != Mode.EXACT || id == 0;
        }
        final int there = id == 0 ? --unique : id;
        for (int i = 0; i < pairs; i++) {
            if (oldIds[i] == old) {
                return newIds[i] == there;
            }
        }
        remember(old, there);
        return true;
    }

    /** References have to be as many: no two old ones meet. */
    private boolean sameReference(final int old, final int reference) {
        if (old == 0 || reference == 0) {
            return old == reference;
        }
        for (int i = 0; i < pairs; i++) {
            if (oldIds[i] == -old || newIds[i] == -reference - (1 << 30)) {
                return oldIds[i] == -old && newIds[i] == -reference - (1 << 30);
            }
        }
        remember(-old, -reference - (1 << 30));
        return true;
    }

    private void remember(final int old, final int id) {
        if (pairs == oldIds.length) {
            oldIds = java.util.Arrays.copyOf(oldIds, pairs * 2);
            newIds = java.util.Arrays.copyOf(newIds, pairs * 2);
        }
        oldIds[pairs] = old;
        newIds[pairs++] = id;
    }
}
