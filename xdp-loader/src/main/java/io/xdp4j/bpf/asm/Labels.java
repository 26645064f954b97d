package io.xdp4j.bpf.asm;

import io.xdp4j.bpf.Subprogram;
import io.xdp4j.bpf.insn.Insn;
import io.xdp4j.bpf.insn.Pseudo;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Names for the places that a program jumps to and calls: functions' own names, else {@code L17} and {@code F17}. */
final class Labels {

    private final Map<Integer, String> names = new TreeMap<>();
    private final Set<Integer> functions = new HashSet<>();

    /** Finds the targets; {@code starts} has the slots that are printed on a line of their own. */
    Labels(final @Nullable Insn[] insns, final BitSet starts, final List<Subprogram> subprograms) {
        final Set<String> taken = new HashSet<>();
        for (final Subprogram subprogram : subprograms) {
            if (subprogram.pc() >= 0 && starts.get(subprogram.pc())) {
                functions.add(subprogram.pc());
                name(subprogram.pc(), Names.safe(subprogram.name()), taken);
            }
        }
        final Map<Integer, String> found = new TreeMap<>();
        for (int pc = 0; pc < insns.length; pc++) {
            final Insn insn = insns[pc];
            final long target = insn == null ? -1 : target(pc, insn);
            if (target >= 0 && target < insns.length && starts.get((int) target)) {
                final boolean function = insn instanceof Insn.FunctionCall || insn instanceof Insn.LoadImm64;
                if (function) {
                    functions.add((int) target);
                }
                found.merge((int) target, function ? "F" : "L", (one, other) -> one.equals("F") ? one : other);
            }
        }
        found.forEach((pc, letter) -> {
            if (!names.containsKey(pc)) {
                name(pc, letter + pc, taken);
            }
        });
    }

    private void name(final int pc, final String name, final Set<String> taken) {
        String unique = name;
        while (!taken.add(unique)) {
            unique += "_" + pc;
        }
        names.putIfAbsent(pc, unique);
    }

    /** Where a jump, call or function reference leads, or -1 for other instructions. */
    static long target(final int pc, final Insn insn) {
        return switch (insn) {
            case Insn.Jump jump -> pc + 1L + jump.offset();
            case Insn.MayGoto jump -> pc + 1L + jump.offset();
            case Insn.JumpIf jump -> pc + 1L + jump.offset();
            case Insn.FunctionCall call -> pc + 1L + call.offset();
            case Insn.LoadImm64 load -> load.kind() == Pseudo.FUNCTION ? pc + 1L + load.low() : -1;
            case Insn.Alu _,
                    Insn.Move _,
                    Insn.MoveSigned _,
                    Insn.Negate _,
                    Insn.SwapBytes _,
                    Insn.AddressSpaceCast _,
                    Insn.Load _,
                    Insn.Store _,
                    Insn.Atomic _,
                    Insn.LoadAcquire _,
                    Insn.StoreRelease _,
                    Insn.HelperCall _,
                    Insn.KfuncCall _,
                    Insn.RegisterCall _,
                    Insn.Exit _,
                    Insn.LegacyPacketLoad _ -> -1;
        };
    }

    @Nullable
    String at(final int pc) {
        return names.get(pc);
    }

    boolean isFunction(final int pc) {
        return functions.contains(pc);
    }
}
