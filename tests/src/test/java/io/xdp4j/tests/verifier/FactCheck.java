package io.xdp4j.tests.verifier;

import io.xdp4j.bpf.insn.InsnSlot;
import io.xdp4j.bpf.insn.Opcode;
import io.xdp4j.map.UserspaceMap;
import io.xdp4j.verifier.Fact;
import io.xdp4j.verifier.Facts;
import io.xdp4j.verifier.Value;
import io.xdp4j.vm.Execution;
import io.xdp4j.vm.Image;
import io.xdp4j.vm.InsnObserver;
import org.jspecify.annotations.Nullable;

/** Holds every fact that the verifier found out against what the interpreter really has, before every instruction. */
final class FactCheck implements InsnObserver {

    private final Facts facts;
    private final long[] tops = new long[Execution.FRAMES];
    private int jump = -1;
    private int jumpFrame;
    private @Nullable String violation;
    private long checked;

    FactCheck(final Facts facts) {
        this.facts = facts;
    }

    /** The first fact that did not hold; null if all did. */
    @Nullable
    String violation() {
        return violation;
    }

    /** How many values were compared. */
    long checked() {
        return checked;
    }

    /** A new run begins. */
    void begin() {
        jump = -1;
    }

    @Override
    public void before(
            final Execution execution, final Image image, final int pc, final int frame, final long[] registers) {
        if (violation != null) {
            return;
        }
        tops[frame] = registers[10];
        followJump(image, pc, frame);
        final Fact fact = facts.at(pc);
        if (fact == null || !fact.reached()) {
            violation = "pc=" + pc + " runs, but is dead";
            return;
        }
        for (int r = 0; r < registers.length; r++) {
            final Value value = fact.value(r);
            if (value != null) {
                checked++;
                if (!holds(execution, value, registers[r], frame)) {
                    violation = "pc=" + pc + ": r" + r + "=0x" + Long.toHexString(registers[r]) + " (" + registers[r]
                            + ") is not " + value;
                    return;
                }
            }
        }
    }

    /** The conditional jump before went a way that was seen. */
    private void followJump(final Image image, final int pc, final int frame) {
        if (jump >= 0 && frame == jumpFrame) {
            final Fact fact = facts.at(jump);
            final int target = jump + 1 + InsnSlot.offset(image.code()[jump]);
            if (fact != null && target != jump + 1 && (pc == target ? !fact.taken() : !fact.falls())) {
                violation = "pc=" + jump + ": the jump was " + (pc == target ? "taken" : "not taken")
                        + ", which it never is";
            }
        }
        jump = isConditional(image.code()[pc]) ? pc : -1;
        jumpFrame = frame;
    }

    private static boolean isConditional(final long slot) {
        final int kind = InsnSlot.opcode(slot) & Opcode.CLASS_MASK;
        final int operation = InsnSlot.opcode(slot) & Opcode.OPERATION_MASK;
        return (kind == Opcode.CLASS_JMP || kind == Opcode.CLASS_JMP32)
                && operation != Opcode.JA
                && operation != Opcode.CALL
                && operation != Opcode.EXIT
                && operation != Opcode.JCOND;
    }

    private boolean holds(final Execution execution, final Value value, final long actual, final int frame) {
        if (value.kind() != Value.Kind.NUMBER && value.nullable() && actual == 0) {
            return true;
        }
        return switch (value.kind()) {
            case NUMBER -> value.admits(actual);
            case CONTEXT -> within(value, actual, execution.context());
            case PACKET -> packet(value, actual, execution.data(), execution.dataEnd());
            case PACKET_META -> packet(value, actual, execution.dataMeta(), execution.data());
            case PACKET_END -> actual == execution.dataEnd();
            case STACK -> stack(value, actual, frame);
            case MAP -> isMap(value, execution.map(actual));
            case MAP_VALUE -> mapValue(execution, value, actual);
            case MEMORY ->
                value.min() != value.max()
                        || execution.readable(actual - value.offset() - value.min(), Math.max(1, value.size()));
            case FUNCTION -> actual == Execution.functionAddress(value.offset());
            case MAP_KEY, OBJECT, DYNPTR -> actual != 0;
        };
    }

    private static boolean within(final Value value, final long actual, final long base) {
        final long variable = actual - base - value.offset();
        return variable >= value.min() && variable <= value.max();
    }

    /** Where the pointer may be, and that the bytes that it is known to lead to exist. */
    private static boolean packet(final Value value, final long actual, final long start, final long end) {
        return within(value, actual, start) && (value.size() <= 0 || actual - value.offset() + value.size() <= end);
    }

    /** In a function that was proved by itself, frames count from that function's own. */
    private boolean stack(final Value value, final long actual, final int frame) {
        for (int f = 0; f <= frame; f++) {
            if (within(value, actual, tops[f])) {
                return true;
            }
        }
        return false;
    }

    private static boolean isMap(final Value value, final @Nullable UserspaceMap map) {
        return map != null
                && value.map() != null
                && map.spec().type() == value.map().type();
    }

    private static boolean mapValue(final Execution execution, final Value value, final long actual) {
        if (value.map() == null || value.min() != value.max()) {
            return true;
        }
        return execution.readable(
                actual - value.offset() - value.min(), value.map().valueSize());
    }
}
