package io.xdp4j.bpf.btf;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way from a type to a field or enumerator, in the types of the object or in those of the target. Members without a
 * name (embedded structs and unions) leave no step: the two sides may nest them differently.
 */
final class CoreSpec {

    /** Longest way, in indexes; the limit of libbpf. */
    static final int MAX_LENGTH = 64;

    /** Furthest field, in bits (8 GB). */
    private static final long MAX_BIT_OFFSET = 1L << 36;

    /**
     * One step.
     *
     * @param typeId composite that the member is in, type of the array's elements, or enum
     * @param index of the member, element or enumerator
     * @param name of the member or enumerator, or null for an element
     */
    record Step(int typeId, int index, @Nullable String name) {}

    final Btf btf;
    final int rootTypeId;
    final List<Step> steps = new ArrayList<>();
    /** Indexes so far, those of nameless members included. */
    int depth;

    long bitOffset;

    CoreSpec(final Btf btf, final int rootTypeId) {
        this.btf = btf;
        this.rootTypeId = rootTypeId;
    }

    Step last() {
        return steps.getLast();
    }

    /** Follows the access string of a relocation through the object's own types. */
    static CoreSpec parse(final Btf btf, final CoreRelocation relocation) {
        final CoreSpec spec = new CoreSpec(btf, relocation.typeId());
        if (relocation.kind().isType()) {
            if (!relocation.access().equals("0")) {
                throw new CoreException("bad access string (expected 0)");
            }
            return spec;
        }
        final int[] indexes = indexes(relocation.access());
        final int root = btf.skipModifiers(relocation.typeId());
        if (relocation.kind().isEnumerator()) {
            if (!(btf.type(root) instanceof BtfType.Enumeration enumeration)
                    || indexes.length != 1
                    || indexes[0] >= enumeration.values().size()) {
                throw new CoreException("access string names no enumerator");
            }
            spec.steps.add(new Step(
                    root, indexes[0], enumeration.values().get(indexes[0]).name()));
            return spec;
        }
        spec.addElement(root, indexes[0]);
        int id = root;
        for (int at = 1; at < indexes.length; at++) {
            id = spec.follow(id, indexes[at]);
        }
        return spec;
    }

    private int follow(final int typeId, final int index) {
        final int id = btf.skipModifiers(typeId);
        return switch (btf.type(id)) {
            case BtfType.Composite composite
            when index < composite.members().size() -> {
                final BtfType.Member member = composite.members().get(index);
                advance(member.bitOffset());
                if (!member.name().isEmpty()) {
                    steps.add(new Step(id, index, member.name()));
                }
                yield member.typeId();
            }
            case BtfType.Array array
            when hasElement(array, index) -> {
                final int element = btf.skipModifiers(array.elementTypeId());
                addElement(element, index);
                yield element;
            }
            default ->
                throw new CoreException(
                        "access string leads outside of " + BtfFormatter.describe(btf, id) + " at index " + index);
        };
    }

    /** Whether an array that the last step led to has this element; the last member of a struct may be open-ended. */
    boolean hasElement(final BtfType.Array array, final int index) {
        if (Integer.compareUnsigned(index, array.count()) < 0) {
            return true;
        }
        final Step step = last();
        return array.count() == 0
                && step.name() != null
                && btf.type(step.typeId()) instanceof BtfType.Composite composite
                && step.index() == composite.members().size() - 1;
    }

    /** Steps to an element of an array; the first step of every way is one, since {@code p->field} is {@code p[0]}. */
    void addElement(final int elementTypeId, final int index) {
        final long size = btf.sizeOrMinusOne(elementTypeId);
        if (size < 0) {
            throw new CoreException(BtfFormatter.describe(btf, elementTypeId) + " has no size");
        }
        steps.add(new Step(elementTypeId, index, null));
        advance(Math.min(index * size, MAX_BIT_OFFSET) * 8);
    }

    void advance(final long bits) {
        bitOffset += bits;
        if (++depth > MAX_LENGTH || bitOffset < 0 || bitOffset > MAX_BIT_OFFSET) {
            throw new CoreException("field too deep or too far (at most " + MAX_LENGTH + " steps)");
        }
    }

    private static int[] indexes(final String access) {
        final String[] parts = access.split(":", MAX_LENGTH + 1);
        final int[] indexes = new int[parts.length];
        for (int at = 0; at < parts.length; at++) {
            try {
                indexes[at] = Integer.parseInt(parts[at]);
            } catch (final NumberFormatException e) {
                throw new CoreException("bad access string", e);
            }
            if (indexes[at] < 0) {
                throw new CoreException("negative index in access string");
            }
        }
        if (parts.length > MAX_LENGTH) {
            throw new CoreException("access string too long (at most " + MAX_LENGTH + " indexes)");
        }
        return indexes;
    }

    /** As C would name it: {@code struct flow.key.port[2]}. */
    String describe() {
        final StringBuilder text = new StringBuilder(BtfFormatter.describe(btf, rootTypeId));
        for (int at = 0; at < steps.size(); at++) {
            final Step step = steps.get(at);
            if (step.name() != null) {
                text.append('.').append(step.name());
            } else if (at > 0 || step.index() != 0) {
                text.append('[').append(step.index()).append(']');
            }
        }
        return text.toString();
    }
}
