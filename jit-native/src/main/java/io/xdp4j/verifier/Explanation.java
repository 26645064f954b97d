package io.xdp4j.verifier;

import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.bpf.asm.Disassembler;
import io.xdp4j.bpf.insn.Decoder;
import io.xdp4j.bpf.insn.Insn;
import io.xdp4j.bpf.insn.InvalidInsnException;
import io.xdp4j.bpf.insn.Operand;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes a rejection out of a refusal: adds instruction, source line, registers and the branches that led there. */
final class Explanation {

    private static final int BRANCHES = 8;

    private Explanation() {}

    static Verification.Rejected of(
            final ProgramSpec spec, final @Nullable Proof proof, final Refusal refusal, final Verification.Cost cost) {
        final int pc = refusal.pc();
        final @Nullable Proof there = proof != null && proof.state.pc == pc && proof.code.starts(pc) ? proof : null;
        return new Verification.Rejected(
                spec.name(),
                spec.section(),
                refusal.rule(),
                pc,
                disassemble(spec, pc),
                spec.line(pc),
                refusal.text(),
                there == null ? "" : registers(there.code.insn(pc), there.state),
                there == null ? List.of() : path(spec, there),
                cost);
    }

    private static String disassemble(final ProgramSpec spec, final int pc) {
        if (pc >= spec.code().length) {
            return "";
        }
        try {
            return Disassembler.text(Decoder.decode(spec.code(), pc));
        } catch (final InvalidInsnException malformed) {
            return "0x" + Long.toHexString(spec.code()[pc]);
        }
    }

    /** The registers that the instruction uses. */
    static String registers(final Insn insn, final State state) {
        final StringBuilder text = new StringBuilder();
        final int uses = uses(insn);
        for (int r = 0; r < Frame.REGISTERS; r++) {
            final Reg reg = state.reg(r);
            if ((uses & 1 << r) != 0 && reg.type != RegType.NOT_INIT) {
                text.append(" r").append(r).append('=').append(reg);
            }
        }
        return text.isEmpty() ? "" : text.substring(1);
    }

    private static int uses(final Insn insn) {
        return switch (insn) {
            case Insn.Alu alu -> 1 << alu.dst() | operand(alu.source());
            case Insn.Move move -> operand(move.source());
            case Insn.Load load -> 1 << load.base();
            case Insn.Store store -> 1 << store.base() | operand(store.source());
            case Insn.Atomic atomic -> 1 << atomic.base() | 1 << atomic.src();
            case Insn.JumpIf jump -> 1 << jump.dst() | operand(jump.source());
            case Insn.HelperCall _, Insn.KfuncCall _, Insn.FunctionCall _, Insn.RegisterCall _ -> 0b11_1110;
            case Insn.Exit _ -> 1;
            default -> (1 << Frame.REGISTERS) - 1;
        };
    }

    private static int operand(final Operand operand) {
        return operand instanceof final Operand.Register register ? 1 << register.number() : 0;
    }

    private static List<Verification.PathStep> path(final ProgramSpec spec, final Proof proof) {
        final List<Verification.PathStep> steps = new ArrayList<>();
        int next = proof.state.pc;
        History at = proof.state.history;
        @Nullable State state = proof.state;
        while (steps.size() < BRANCHES) {
            while (at == null && state != null) {
                state = state.parent;
                at = state == null ? null : state.history;
            }
            if (at == null) {
                break;
            }
            if (proof.code.insn(at.pc) instanceof final Insn.JumpIf jump) {
                steps.add(new Verification.PathStep(
                        at.pc, disassemble(spec, at.pc), next == Code.jumpTarget(at.pc, jump), spec.line(at.pc)));
            }
            next = at.pc;
            at = at.before;
        }
        Collections.reverse(steps);
        return steps;
    }
}
