package io.xdp4j.bpf.btf;

import io.xdp4j.bpf.format.ObjectFileException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Applies CO-RE relocations: adjusts a program that was compiled against one layout of types to the layout that a target
 * has, usually the running kernel.
 *
 * <p>A target type is a candidate if it has the kind and name of the object's, {@code ___flavours} left aside. Where
 * several candidates have the field, all must give the same value. Where none has it, questions of existence and size
 * answer 0; any other instruction is <em>poisoned</em>: replaced by a call to a helper that does not exist, which does no
 * harm in code that is never reached.
 *
 * <p>Keeps candidates from one call to the next, as libbpf does: a type that lacked a field that another had is no
 * candidate for later fields. For one thread.
 *
 * <p>Source: {@code Documentation/bpf/llvm_reloc.rst} and {@code tools/lib/bpf/relo_core.c}, Linux 6.18.
 */
public final class CoreRelocator {

    private final Btf local;
    private final List<Btf> targets;
    private final Map<Integer, List<Candidate>> candidates = new HashMap<>();
    private final CoreSteps work = new CoreSteps();

    private record Candidate(Btf btf, int id) {}

    /** What one candidate, or the lack of any, means for the instruction; {@code reason} if it is poisoned. */
    private record Decision(
            @Nullable CoreSpec spec,
            CoreValue value,
            @Nullable String reason) {}

    /**
     * Relocated code.
     *
     * @param code the instructions; the caller's
     * @param poisoned by slot, why the instruction there became unusable
     */
    public record Relocated(long[] code, NavigableMap<Integer, String> poisoned) {}

    /**
     * Prepares for the objects and kernels described.
     *
     * @param local types of the object that the code came from
     * @param targets types to adjust to: the kernel's, then those of modules (on the kernel's as base), which are looked
     *     at only for types that the kernel itself does not have
     */
    public CoreRelocator(final Btf local, final List<Btf> targets) {
        this.local = local;
        this.targets = List.copyOf(targets);
    }

    /**
     * Applies relocations to a copy of some code.
     *
     * @param section where the code came from, for messages
     * @param code instruction slots, as packed by {@link io.xdp4j.bpf.insn.InsnSlot}
     * @param relocations with {@code pc} counted in {@code code}
     * @throws ObjectFileException if a relocation makes no sense, does not fit its instruction, or is ambiguous in the
     *     target
     */
    public Relocated apply(final String section, final long[] code, final List<CoreRelocation> relocations) {
        final long[] copy = code.clone();
        final NavigableMap<Integer, String> poisoned = new TreeMap<>();
        for (final CoreRelocation relocation : relocations) {
            try {
                final String reason = relocate(copy, relocation);
                if (reason != null) {
                    poisoned.put(relocation.pc(), reason);
                }
            } catch (final CoreException e) {
                throw new ObjectFileException(
                        "CO-RE relocation failed: pc=" + relocation.pc() + ", " + describe(relocation) + ": "
                                + e.getMessage(),
                        local.file(),
                        section,
                        8L * relocation.pc());
            }
        }
        return new Relocated(copy, Collections.unmodifiableNavigableMap(poisoned));
    }

    /** Why the instruction was poisoned, or null. */
    private @Nullable String relocate(final long[] code, final CoreRelocation relocation) {
        if (relocation.typeId() < 0 || relocation.typeId() >= local.size()) {
            throw new CoreException("type id out of range (types=" + local.size() + ")");
        }
        final CorePatch patch = new CorePatch(code, relocation.pc());
        final CoreSpec spec = CoreSpec.parse(local, relocation);
        if (relocation.kind() == CoreRelocation.Kind.TYPE_ID_LOCAL) {
            final CoreValue id = CoreValue.found(spec, relocation.kind());
            patch.apply(id, id);
            return null;
        }
        final Decision decision = decide(relocation, spec);
        // The object's own value comes first: a relocation that makes no sense there is an error, whatever the target
        // has.
        final CoreValue from = CoreValue.found(spec, relocation.kind());
        String reason = decision.reason();
        if (reason == null && patch.movesMemory() && !sizesInterchangeable(from, decision)) {
            reason = spec.describe() + " has " + from.size() + " bytes, in the target "
                    + decision.value().size() + ", and is neither a pointer nor an unsigned integer in both";
        }
        if (reason != null) {
            patch.poison();
            return reason;
        }
        patch.apply(from, decision.value());
        return null;
    }

    private Decision decide(final CoreRelocation relocation, final CoreSpec spec) {
        final List<Candidate> all = candidates(relocation.typeId());
        final List<Candidate> matching = new ArrayList<>();
        Decision first = null;
        for (final Candidate candidate : all) {
            final CoreSpec found =
                    new CoreMatcher(local, candidate.btf(), work).match(spec, relocation.kind(), candidate.id());
            if (found == null) {
                continue;
            }
            final Decision decision = new Decision(found, CoreValue.found(found, relocation.kind()), null);
            if (first == null) {
                first = decision;
            } else {
                requireSame(first, decision);
            }
            matching.add(candidate);
        }
        if (first == null) {
            return missing(relocation, spec, all.size());
        }
        candidates.put(relocation.typeId(), matching);
        return first;
    }

    private static void requireSame(final Decision first, final Decision other) {
        final CoreSpec one = first.spec();
        final CoreSpec two = other.spec();
        if (one != null && two != null && one.bitOffset != two.bitOffset) {
            throw new CoreException("ambiguous in the target: " + place(one) + " is at bit " + one.bitOffset + ", "
                    + place(two) + " at bit " + two.bitOffset);
        }
        if (first.value().value() != other.value().value()) {
            throw new CoreException("ambiguous in the target: value="
                    + first.value().value() + " and value=" + other.value().value());
        }
    }

    private static String place(final CoreSpec spec) {
        return spec.describe() + " of type " + spec.rootTypeId;
    }

    private static Decision missing(final CoreRelocation relocation, final CoreSpec spec, final int candidates) {
        final String reason = CoreValue.mayBeMissing(relocation.kind())
                ? null
                : relocation.kind().label() + " of " + spec.describe() + " not known: the target has "
                        + (candidates == 0 ? "no such type" : "the type, but not that in it");
        return new Decision(null, CoreValue.missing(), reason);
    }

    /**
     * Whether a load or store may be made wider or narrower: it may where both fields are pointers, or both integers
     * without sign, for then the register holds the same.
     */
    private boolean sizesInterchangeable(final CoreValue from, final Decision decision) {
        final CoreSpec spec = decision.spec();
        if (spec == null || from.size() == decision.value().size()) {
            return true;
        }
        final BtfType one = local.type(from.typeId());
        final BtfType two = spec.btf.type(decision.value().typeId());
        if (one instanceof BtfType.Ptr) {
            return two instanceof BtfType.Ptr;
        }
        return one instanceof BtfType.Int number
                && two instanceof BtfType.Int other
                && !number.isSigned()
                && !other.isSigned();
    }

    private List<Candidate> candidates(final int typeId) {
        final List<Candidate> known = candidates.get(typeId);
        if (known != null) {
            return known;
        }
        final String name = local.name(typeId);
        if (name.isEmpty()) {
            throw new CoreException("type has no name to look for in the target");
        }
        final int kernel = Math.min(1, targets.size());
        List<Candidate> found = candidates(typeId, name, targets.subList(0, kernel));
        if (found.isEmpty()) {
            found = candidates(typeId, name, targets.subList(kernel, targets.size()));
        }
        candidates.put(typeId, found);
        return found;
    }

    private List<Candidate> candidates(final int typeId, final String name, final List<Btf> among) {
        final BtfKind kind = local.kind(typeId);
        final List<Candidate> found = new ArrayList<>();
        for (final Btf target : among) {
            target.findEssential(EssentialName.of(name)).forEachInt(id -> {
                final BtfKind other = target.kind(id);
                if (other == kind || (other.isEnum() && kind.isEnum())) {
                    found.add(new Candidate(target, id));
                }
            });
        }
        return found;
    }

    private String describe(final CoreRelocation relocation) {
        final int typeId = relocation.typeId();
        return relocation.kind().label() + " of "
                + (typeId >= 0 && typeId < local.size() ? BtfFormatter.describe(local, typeId) : "type " + typeId)
                + ", access=" + relocation.access();
    }
}
