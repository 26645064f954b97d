package io.xdp4j.bpf.btf;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds in a target type what a {@link CoreSpec} names in the object's own types: members by name, through nameless
 * structs and unions, whatever their order and offsets.
 *
 * <p>Which types go together is as libbpf has it: structs and unions with each other, pointers and floats always,
 * integers whatever their sizes, enums and forward declarations by name, arrays by their elements. Source: {@code
 * tools/lib/bpf/relo_core.c}, Linux 6.18.
 */
final class CoreMatcher {

    private static final int MAX_NESTING = 32;

    private final Btf local;
    private final Btf target;
    private final CoreSteps work;

    CoreMatcher(final Btf local, final Btf target, final CoreSteps work) {
        this.local = local;
        this.target = target;
        this.work = work;
    }

    /** The way to the same thing from the target's type, or null if that has none. */
    @Nullable
    CoreSpec match(final CoreSpec spec, final CoreRelocation.Kind kind, final int targetId) {
        final CoreSpec found = new CoreSpec(target, targetId);
        if (kind.isType()) {
            final boolean matches = kind == CoreRelocation.Kind.TYPE_MATCHES
                    ? new CoreTypeMatch(local, target, work).matches(spec.rootTypeId, targetId, false, MAX_NESTING)
                    : compatible(spec.rootTypeId, targetId, MAX_NESTING);
            return matches ? found : null;
        }
        if (kind.isEnumerator()) {
            return matchEnumerator(spec, found);
        }
        int id = target.skipModifiers(targetId);
        for (int at = 0; at < spec.steps.size(); at++) {
            final CoreSpec.Step step = spec.steps.get(at);
            id = step.name() != null ? matchMember(step, id, found) : matchElement(step, id, found, at == 0);
            if (id < 0) {
                return null;
            }
        }
        return found;
    }

    private @Nullable CoreSpec matchEnumerator(final CoreSpec spec, final CoreSpec found) {
        final int id = target.skipModifiers(found.rootTypeId);
        if (!(target.type(id) instanceof BtfType.Enumeration enumeration)) {
            return null;
        }
        final String name = spec.last().name();
        final String wanted = EssentialName.of(name == null ? "" : name);
        final List<BtfType.Enumerator> values = enumeration.values();
        work.take(values.size());
        for (int index = 0; index < values.size(); index++) {
            if (EssentialName.of(values.get(index).name()).equals(wanted)) {
                found.steps.add(new CoreSpec.Step(id, index, values.get(index).name()));
                return found;
            }
        }
        return null;
    }

    /** Id of the element's type, or -1. */
    private int matchElement(final CoreSpec.Step step, final int id, final CoreSpec found, final boolean first) {
        int element = target.skipModifiers(id);
        if (!first) {
            if (!(target.type(element) instanceof BtfType.Array array) || !found.hasElement(array, step.index())) {
                return -1;
            }
            element = target.skipModifiers(array.elementTypeId());
        }
        found.addElement(element, step.index());
        return element;
    }

    /** Id of the type of the member with the step's name, or -1. */
    private int matchMember(final CoreSpec.Step step, final int typeId, final CoreSpec found) {
        final int id = target.skipModifiers(typeId);
        if (!(target.type(id) instanceof BtfType.Composite composite)) {
            return -1;
        }
        work.take(composite.members().size());
        final long bitOffset = found.bitOffset;
        final int depth = found.depth;
        for (int index = 0; index < composite.members().size(); index++) {
            final BtfType.Member member = composite.members().get(index);
            if (member.name().isEmpty()) {
                found.advance(member.bitOffset());
                final int inside = matchMember(step, member.typeId(), found);
                if (inside >= 0) {
                    return inside;
                }
                found.bitOffset = bitOffset;
                found.depth = depth;
            } else if (member.name().equals(step.name())) {
                final BtfType.Composite from = (BtfType.Composite) local.type(step.typeId());
                if (!fieldsCompatible(from.members().get(step.index()).typeId(), member.typeId())) {
                    return -1;
                }
                found.advance(member.bitOffset());
                found.steps.add(new CoreSpec.Step(id, index, member.name()));
                return member.typeId();
            }
        }
        return -1;
    }

    private boolean fieldsCompatible(final int localTypeId, final int targetTypeId) {
        int localId = local.skipModifiers(localTypeId);
        int targetId = target.skipModifiers(targetTypeId);
        while (local.type(localId) instanceof BtfType.Array from && target.type(targetId) instanceof BtfType.Array to) {
            work.take(1);
            localId = local.skipModifiers(from.elementTypeId());
            targetId = target.skipModifiers(to.elementTypeId());
        }
        final BtfType to = target.type(targetId);
        return switch (local.type(localId)) {
            case BtfType.Composite _ -> to instanceof BtfType.Composite;
            case BtfType.Ptr _ -> to instanceof BtfType.Ptr;
            case BtfType.FloatType _ -> to instanceof BtfType.FloatType;
            case BtfType.Int from -> to instanceof BtfType.Int && isWholeInt(from) && isWholeInt(to);
            case BtfType.Enumeration from -> to instanceof BtfType.Enumeration && nameless(from, to);
            case BtfType.Fwd from -> to instanceof BtfType.Fwd && nameless(from, to);
            default -> false;
        };
    }

    /** Whether one of the two has no name, or both have the same. */
    private static boolean nameless(final BtfType from, final BtfType to) {
        return from.name().isEmpty()
                || to.name().isEmpty()
                || EssentialName.of(from.name()).equals(EssentialName.of(to.name()));
    }

    /** Old compilers described bitfields as integers that begin at another bit than 0. */
    private static boolean isWholeInt(final BtfType type) {
        return type instanceof BtfType.Int number && number.bitOffset() == 0;
    }

    /** Whether the two types, of which the names have been compared, are of one kind, and so is what they point to. */
    private boolean compatible(final int localTypeId, final int targetTypeId, final int nesting) {
        final BtfKind localKind = local.kind(localTypeId);
        final BtfKind targetKind = target.kind(targetTypeId);
        if (localKind != targetKind && !(localKind.isEnum() && targetKind.isEnum())) {
            return false;
        }
        int localId = localTypeId;
        int targetId = targetTypeId;
        for (int depth = 0; depth < MAX_NESTING; depth++) {
            work.take(1);
            localId = local.skipModifiers(localId);
            targetId = target.skipModifiers(targetId);
            final BtfType to = target.type(targetId);
            switch (local.type(localId)) {
                case BtfType.Ptr from
                when to instanceof BtfType.Ptr pointer -> {
                    localId = from.typeId();
                    targetId = pointer.typeId();
                }
                case BtfType.Array from
                when to instanceof BtfType.Array array -> {
                    localId = from.elementTypeId();
                    targetId = array.elementTypeId();
                }
                case BtfType.FuncProto from
                when to instanceof BtfType.FuncProto proto -> {
                    if (!paramsCompatible(from, proto, nesting - 1)) {
                        return false;
                    }
                    localId = from.returnTypeId();
                    targetId = proto.returnTypeId();
                }
                case BtfType.Int from -> {
                    return to instanceof BtfType.Int && isWholeInt(from) && isWholeInt(to);
                }
                case BtfType.Enumeration _ -> {
                    return to instanceof BtfType.Enumeration;
                }
                case BtfType.VoidType _ -> {
                    return to instanceof BtfType.VoidType;
                }
                case BtfType.Composite from -> {
                    return to.kind() == from.kind();
                }
                case BtfType.Fwd _ -> {
                    return to instanceof BtfType.Fwd;
                }
                default -> {
                    return false;
                }
            }
        }
        throw new CoreException("types nest too deeply (at most " + MAX_NESTING + " levels)");
    }

    private boolean paramsCompatible(final BtfType.FuncProto from, final BtfType.FuncProto to, final int nesting) {
        if (nesting <= 0) {
            throw new CoreException("types nest too deeply (at most " + MAX_NESTING + " levels)");
        }
        if (from.params().size() != to.params().size()) {
            return false;
        }
        for (int index = 0; index < from.params().size(); index++) {
            final int localId = local.skipModifiers(from.params().get(index).typeId());
            final int targetId = target.skipModifiers(to.params().get(index).typeId());
            if (!compatible(localId, targetId, nesting)) {
                return false;
            }
        }
        return true;
    }
}
