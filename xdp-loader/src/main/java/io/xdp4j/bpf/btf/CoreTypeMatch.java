package io.xdp4j.bpf.btf;

import java.util.List;

/**
 * The stricter comparison behind {@code bpf_core_type_matches()}: every member of the object's type has to be in the
 * target's, with a type that matches in turn; behind pointers only kinds and names count.
 *
 * <p>Source: {@code tools/lib/bpf/relo_core.c}, Linux 6.18.
 */
final class CoreTypeMatch {

    private static final int MAX_DEPTH = 32;

    private final Btf local;
    private final Btf target;
    private final CoreSteps work;

    CoreTypeMatch(final Btf local, final Btf target, final CoreSteps work) {
        this.local = local;
        this.target = target;
        this.work = work;
    }

    boolean matches(final int localTypeId, final int targetTypeId, final boolean pointedTo, final int level) {
        if (level <= 0) {
            throw tooDeep();
        }
        int localId = localTypeId;
        int targetId = targetTypeId;
        boolean behindPointer = pointedTo;
        for (int depth = 0; depth < MAX_DEPTH; depth++) {
            work.take(1);
            final BtfType from = local.type(local.skipModifiers(localId));
            final BtfType to = target.type(target.skipModifiers(targetId));
            if (!sameName(from.name(), to.name())) {
                return false;
            }
            switch (from) {
                case BtfType.Ptr pointer
                when to instanceof BtfType.Ptr other -> {
                    behindPointer = true;
                    localId = pointer.typeId();
                    targetId = other.typeId();
                }
                case BtfType.Array array
                when to instanceof BtfType.Array other && array.count() == other.count() -> {
                    localId = array.elementTypeId();
                    targetId = other.elementTypeId();
                }
                case BtfType.FuncProto proto
                when to instanceof BtfType.FuncProto other -> {
                    if (!paramsMatch(proto.params(), other.params(), behindPointer, level - 1)) {
                        return false;
                    }
                    localId = proto.returnTypeId();
                    targetId = other.returnTypeId();
                }
                default -> {
                    return leavesMatch(from, to, behindPointer, level);
                }
            }
        }
        throw tooDeep();
    }

    private boolean leavesMatch(final BtfType from, final BtfType to, final boolean behindPointer, final int level) {
        return switch (from) {
            case BtfType.VoidType _ -> to instanceof BtfType.VoidType;
            case BtfType.Int number ->
                to instanceof BtfType.Int other
                        && number.size() == other.size()
                        && number.isSigned() == other.isSigned();
            case BtfType.Enumeration enumeration ->
                to instanceof BtfType.Enumeration other && enumsMatch(enumeration, other);
            case BtfType.Fwd forward when to instanceof BtfType.Fwd other -> forward.union() == other.union();
            case BtfType.Fwd forward -> behindPointer && to.kind() == declared(forward);
            case BtfType.Composite composite
            when behindPointer && to instanceof BtfType.Fwd other -> composite.kind() == declared(other);
            case BtfType.Composite composite when behindPointer -> composite.kind() == to.kind();
            case BtfType.Composite composite ->
                to instanceof BtfType.Composite other
                        && other.kind() == composite.kind()
                        && membersMatch(composite, other, level - 1);
            default -> false;
        };
    }

    private static BtfKind declared(final BtfType.Fwd forward) {
        return forward.union() ? BtfKind.UNION : BtfKind.STRUCT;
    }

    private boolean paramsMatch(
            final List<BtfType.Param> from,
            final List<BtfType.Param> to,
            final boolean behindPointer,
            final int level) {
        if (from.size() != to.size()) {
            return false;
        }
        for (int index = 0; index < from.size(); index++) {
            if (!matches(from.get(index).typeId(), to.get(index).typeId(), behindPointer, level)) {
                return false;
            }
        }
        return true;
    }

    private boolean enumsMatch(final BtfType.Enumeration from, final BtfType.Enumeration to) {
        if (from.size() != to.size() || from.values().size() > to.values().size()) {
            return false;
        }
        for (final BtfType.Enumerator value : from.values()) {
            work.take(to.values().size());
            boolean found = false;
            for (final BtfType.Enumerator other : to.values()) {
                found |= sameName(value.name(), other.name());
            }
            if (!found) {
                return false;
            }
        }
        return true;
    }

    private boolean membersMatch(final BtfType.Composite from, final BtfType.Composite to, final int level) {
        if (from.members().size() > to.members().size()) {
            return false;
        }
        for (final BtfType.Member member : from.members()) {
            if (!hasMatch(member, to, level)) {
                return false;
            }
        }
        return true;
    }

    private boolean hasMatch(final BtfType.Member member, final BtfType.Composite to, final int level) {
        work.take(to.members().size());
        for (final BtfType.Member other : to.members()) {
            if (sameName(member.name(), other.name()) && matches(member.typeId(), other.typeId(), false, level)) {
                return true;
            }
        }
        return false;
    }

    private static boolean sameName(final String from, final String to) {
        return from.equals(to) || EssentialName.of(from).equals(EssentialName.of(to));
    }

    private static CoreException tooDeep() {
        return new CoreException("types nest too deeply (at most " + MAX_DEPTH + " levels)");
    }
}
