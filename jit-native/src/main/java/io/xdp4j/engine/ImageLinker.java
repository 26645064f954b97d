package io.xdp4j.engine;

import io.xdp4j.bpf.ProgramLoadException;
import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.bpf.Reference;
import io.xdp4j.bpf.format.SourceLine;
import io.xdp4j.bpf.insn.CodeCheck;
import io.xdp4j.bpf.insn.CodeProblem;
import io.xdp4j.bpf.insn.InsnSlot;
import io.xdp4j.bpf.insn.Opcode;
import io.xdp4j.map.UserspaceMap;
import io.xdp4j.vm.Execution;
import io.xdp4j.vm.FaultLog;
import io.xdp4j.vm.HelperSpec;
import io.xdp4j.vm.Helpers;
import io.xdp4j.vm.Image;
import io.xdp4j.vm.ReturnType;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Puts into a program's code what its references stand for in this engine: map handles, addresses of global variables,
 * functions, and what it calls. Refuses by name what is not there.
 */
final class ImageLinker {

    private static final int HELPER_CALL = Opcode.CLASS_JMP | Opcode.CALL;

    private final ProgramSpec spec;
    private final Function<String, @Nullable UserspaceMap> maps;
    private final Helpers helpers;
    private final IntPredicate dead;
    private final long[] code;
    private final List<HelperSpec> functions = new ArrayList<>();
    private final Map<String, Integer> indexes = new HashMap<>();
    private final BitSet linked = new BitSet();

    private ImageLinker(
            final ProgramSpec spec,
            final Function<String, @Nullable UserspaceMap> maps,
            final Helpers helpers,
            final IntPredicate dead) {
        this.dead = dead;
        this.spec = spec;
        this.maps = maps;
        this.helpers = helpers;
        this.code = spec.code().clone();
    }

    /**
     * Links a program.
     *
     * @param dead whether the instruction at a slot is proved to be never reached: what it calls need not be there
     * @throws ProgramLoadException if its code is malformed or it refers to what is not there
     */
    static Image link(
            final ProgramSpec spec,
            final Function<String, @Nullable UserspaceMap> maps,
            final Helpers helpers,
            final IntPredicate dead) {
        return new ImageLinker(spec, maps, helpers, dead).link();
    }

    private Image link() {
        final CodeProblem problem = CodeCheck.problem(code);
        if (problem != null) {
            throw refuse(problem.pc(), problem.reason());
        }
        final BitSet starts = new BitSet();
        for (final int start : CodeCheck.functionStarts(code)) {
            starts.set(start);
        }
        spec.references().forEach(this::resolve);
        for (int pc = 0; pc < code.length; pc++) {
            if (InsnSlot.isWide(code[pc])) {
                linkWide(pc++);
            } else {
                linkCall(pc);
            }
        }
        return new Image(spec, code, functions.toArray(HelperSpec[]::new), helpers, starts, new FaultLog(spec));
    }

    private void resolve(final Reference reference) {
        final int pc = reference.pc();
        switch (reference) {
            case final Reference.ToMap to -> load(pc, map(pc, to.map()).handle());
            case final Reference.ToMapValue to -> {
                final long value = map(pc, to.map()).valueBase();
                if (value == 0) {
                    throw refuse(pc, "address of a value wanted of a map that has no fixed one: map=" + to.map());
                }
                load(pc, value + to.offset());
            }
            case final Reference.ToKfunc to -> kfunc(pc, to.name(), to.weak());
            case final Reference.ToKsym to -> {
                final HelperSpec kfunc = helpers.kfunc(to.name());
                if (kfunc == null && !to.weak()) {
                    throw refuse(
                            pc, "kernel symbol is not there in the JVM: symbol=" + to.name() + " (declare it __weak)");
                }
                load(pc, kfunc == null ? 0 : 1);
            }
        }
        linked.set(pc);
    }

    private UserspaceMap map(final int pc, final String name) {
        final UserspaceMap map = maps.apply(name);
        if (map == null) {
            throw refuse(pc, "unresolved map reference: map=" + name);
        }
        return map;
    }

    private void kfunc(final int pc, final String name, final boolean weak) {
        final HelperSpec kfunc = helpers.kfunc(name);
        if (kfunc != null) {
            code[pc] = InsnSlot.withImm(code[pc], index(kfunc));
        } else if (weak || dead.test(pc)) {
            code[pc] = InsnSlot.withImm(code[pc], index(absent(name, helpers.refusal(name))));
        } else {
            throw refuse(pc, helpers.refusal(name));
        }
    }

    private void load(final int pc, final long value) {
        code[pc] = InsnSlot.withSrc(InsnSlot.withImm(code[pc], (int) value), 0);
        code[pc + 1] = InsnSlot.withImm(code[pc + 1], (int) (value >>> 32));
        linked.set(pc);
    }

    private void linkWide(final int pc) {
        final int pseudo = InsnSlot.src(code[pc]);
        if (pseudo == Opcode.PSEUDO_FUNC) {
            load(pc, Execution.functionAddress(pc + 1 + InsnSlot.imm(code[pc])));
        } else if (pseudo != 0 && !linked.get(pc)) {
            throw refuse(pc, "64-bit load refers to nothing: pseudo=" + pseudo + ", imm=" + InsnSlot.imm(code[pc]));
        }
    }

    private void linkCall(final int pc) {
        final long slot = code[pc];
        final int opcode = InsnSlot.opcode(slot);
        final int mode = opcode & Opcode.MODE_MASK;
        if ((opcode & Opcode.CLASS_MASK) == Opcode.CLASS_LD && (mode == Opcode.MODE_ABS || mode == Opcode.MODE_IND)) {
            throw refuse(pc, "legacy packet load is not for XDP (read through data and data_end)");
        }
        if (opcode != HELPER_CALL || InsnSlot.src(slot) == Opcode.CALL_SUBPROGRAM) {
            return;
        }
        final String poison = spec.poisoned().get(pc);
        if (poison != null) {
            code[pc] = InsnSlot.withImm(InsnSlot.withSrc(slot, Opcode.CALL_HELPER), index(absent("CO-RE", poison)));
        } else if (InsnSlot.src(slot) == Opcode.CALL_HELPER) {
            code[pc] = InsnSlot.withImm(slot, index(helper(pc, InsnSlot.imm(slot))));
        } else if (!linked.get(pc)) {
            throw refuse(
                    pc, "kernel function called by number: imm=" + InsnSlot.imm(slot) + " (name it in the object)");
        }
    }

    private HelperSpec helper(final int pc, final int id) {
        final HelperSpec helper = helpers.helper(id);
        if (helper != null) {
            return helper;
        }
        if (dead.test(pc)) {
            return absent("helper " + id, helpers.refusal(id));
        }
        throw refuse(pc, helpers.refusal(id));
    }

    private int index(final HelperSpec function) {
        return indexes.computeIfAbsent(function.name() + "#" + function.id(), _ -> {
            functions.add(function);
            return functions.size() - 1;
        });
    }

    /** What stands where a call must never be reached: reaching it ends the program and says why. */
    private static HelperSpec absent(final String name, final String reason) {
        return new HelperSpec(
                0,
                name + ": " + reason,
                ReturnType.INTEGER,
                List.of(),
                false,
                (execution, r1, r2, r3, r4, r5) -> execution.fault(reason, 0, 0));
    }

    private ProgramLoadException refuse(final int pc, final String reason) {
        final SourceLine line = spec.line(pc);
        return new ProgramLoadException(
                spec.name(),
                "section=" + spec.section() + ", pc=" + pc + ": " + reason
                        + (line == null
                                ? ""
                                : " [" + line.place() + ": " + line.text().strip() + "]"),
                "");
    }
}
