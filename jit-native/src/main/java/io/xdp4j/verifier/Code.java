package io.xdp4j.verifier;

import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.bpf.Reference;
import io.xdp4j.bpf.Subprogram;
import io.xdp4j.bpf.insn.CodeCheck;
import io.xdp4j.bpf.insn.CodeProblem;
import io.xdp4j.bpf.insn.Decoder;
import io.xdp4j.bpf.insn.Insn;
import io.xdp4j.bpf.insn.Pseudo;
import io.xdp4j.vm.HelperSpec;
import io.xdp4j.vm.Helpers;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A program made ready: instructions taken apart, what they refer to, its functions, and where states are worth keeping. */
final class Code {

    final ProgramSpec spec;
    final Helpers helpers;
    /** By slot; null at second slots. */
    private final @Nullable Insn[] insns;

    private final @Nullable Reference[] references;
    private final @Nullable HelperSpec[] callees;
    private final Map<String, MapSpec> maps;
    private final List<Function> functions;
    private final int[] functionOf;
    /** Where states are kept and compared. */
    final BitSet prunePoints = new BitSet();
    /** Where every state is kept. */
    final BitSet forcedPoints = new BitSet();

    final int[] live;

    /** A function of the program: its slots are {@code start} to {@code end - 1}. */
    record Function(int index, String name, int start, int end, boolean global) {}

    Code(final ProgramSpec spec, final Map<String, MapSpec> maps, final Helpers helpers) {
        this.spec = spec;
        this.maps = maps;
        this.helpers = helpers;
        final CodeProblem problem = CodeCheck.problem(spec.code());
        if (problem != null) {
            throw new Refusal(Rule.STRUCTURE, problem.pc(), problem.reason());
        }
        insns = Decoder.decode(spec.code());
        references = new Reference[insns.length];
        callees = new HelperSpec[insns.length];
        for (final Reference reference : spec.references()) {
            references[reference.pc()] = reference;
        }
        functionOf = new int[insns.length];
        functions = functions();
        for (int pc = 0; pc < insns.length; pc++) {
            callees[pc] = callee(pc);
        }
        Reachability.check(this);
        new PrunePoints(this).mark();
        live = new Liveness(this).registers();
    }

    private List<Function> functions() {
        final int[] starts = CodeCheck.functionStarts(spec.code());
        final List<Function> found = new ArrayList<>();
        final Map<Integer, Subprogram> named = new HashMap<>();
        for (final Subprogram function : spec.subprograms()) {
            named.put(function.pc(), function);
        }
        for (int i = 0; i < starts.length; i++) {
            final int end = i + 1 < starts.length ? starts[i + 1] : insns.length;
            final Subprogram known = named.get(starts[i]);
            found.add(new Function(
                    i,
                    known == null ? "function at " + starts[i] : known.name(),
                    starts[i],
                    end,
                    i > 0 && known != null && known.global() && spec.btf() != null));
            java.util.Arrays.fill(functionOf, starts[i], end, i);
        }
        return found;
    }

    private @Nullable HelperSpec callee(final int pc) {
        final Insn insn = insns[pc];
        if (insn instanceof final Insn.HelperCall call) {
            return helpers.helper(call.id());
        }
        return references[pc] instanceof final Reference.ToKfunc kfunc ? helpers.kfunc(kfunc.name()) : null;
    }

    int length() {
        return insns.length;
    }

    /** The instruction that starts at a slot. */
    Insn insn(final int pc) {
        return Objects.requireNonNull(insns[pc]);
    }

    /** Whether an instruction starts at a slot. */
    boolean starts(final int pc) {
        return insns[pc] != null;
    }

    @Nullable
    Reference reference(final int pc) {
        return references[pc];
    }

    /** What the call at a slot calls of the helpers and kfuncs; null if it is no such call, or unknown. */
    @Nullable
    HelperSpec calleeAt(final int pc) {
        return callees[pc];
    }

    /** The map of that name. */
    MapSpec map(final int pc, final String name) {
        final MapSpec map = maps.get(name);
        if (map == null) {
            throw new Refusal(Rule.MAP, pc, "map is not declared: map=" + name);
        }
        return map;
    }

    /** The program's functions, in the order of their code. */
    List<Function> functionList() {
        return functions;
    }

    Function function(final int pc) {
        return functions.get(functionOf[pc]);
    }

    /** Whether the program runs at devmap entries, and so knows where its packets go out. */
    boolean forDevmap() {
        return spec.attachType() == ProgramSpec.ATTACH_XDP_DEVMAP;
    }

    /** Whether a function, or one that it calls, may move the packet. */
    boolean changesPacket(final Function function) {
        return changesPacket(function, new BitSet());
    }

    private boolean changesPacket(final Function function, final BitSet seen) {
        if (seen.get(function.index())) {
            return false;
        }
        seen.set(function.index());
        for (int pc = function.start(); pc < function.end(); pc++) {
            final HelperSpec callee = callees[pc];
            final Insn insn = insns[pc];
            final int called = insn == null ? -1 : Math.max(callTarget(pc, insn), functionReference(pc, insn));
            if ((callee != null && callee.changesPacket()) || (called >= 0 && changesPacket(function(called), seen))) {
                return true;
            }
        }
        return false;
    }

    /** The function that a 64-bit load gives the address of; -1 if it loads something else. */
    static int functionReference(final int pc, final Insn insn) {
        return insn instanceof final Insn.LoadImm64 load && load.kind() == Pseudo.FUNCTION ? pc + 1 + load.low() : -1;
    }

    /** The function that is called; -1 if it is another instruction. */
    static int callTarget(final int pc, final Insn insn) {
        return insn instanceof final Insn.FunctionCall call ? pc + 1 + call.offset() : -1;
    }

    /** Where a jump leads; -1 if it is none. */
    static int jumpTarget(final int pc, final Insn insn) {
        return switch (insn.form()) {
            case JUMP -> pc + 1 + ((Insn.Jump) insn).offset();
            case JUMP_IF -> pc + 1 + ((Insn.JumpIf) insn).offset();
            case MAY_GOTO -> pc + 1 + ((Insn.MayGoto) insn).offset();
            default -> -1;
        };
    }
}
