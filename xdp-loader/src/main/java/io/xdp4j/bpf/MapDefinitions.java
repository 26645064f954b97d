package io.xdp4j.bpf;

import io.xdp4j.bpf.btf.Btf;
import io.xdp4j.bpf.btf.BtfKind;
import io.xdp4j.bpf.btf.BtfType;
import io.xdp4j.bpf.elf.ElfSection;
import io.xdp4j.bpf.format.ObjectFileException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Maps that an object defines by types: a struct in section {@code .maps} whose members stand for attributes. Numbers
 * are the lengths of arrays behind pointers ({@code __uint}), types what pointers point to ({@code __type}), inner maps
 * and programs the elements of an array ({@code __array}).
 */
final class MapDefinitions {

    static final String SECTION = ".maps";

    private static final int POINTER_BYTES = 8;

    /** More than there are names: keeps many maps of one hostile type from taking for ever. */
    private static final int MAX_MEMBERS = 32;

    private final ElfSection section;
    private final Btf btf;

    private MapDefinitions(final ElfSection section, final Btf btf) {
        this.section = section;
        this.btf = btf;
    }

    /** Reads all maps of the section. */
    static void read(
            final ElfSection section, final @Nullable Btf btf, final ObjectSymbols symbols, final ObjectMaps maps) {
        if (btf == null) {
            throw section.content().error("maps without types (compile with -g)", -1);
        }
        final MapDefinitions definitions = new MapDefinitions(section, btf);
        final List<SectionVariable> variables = SectionVariable.of(btf, section, symbols);
        if (variables.isEmpty()) {
            throw section.content().error("maps without types: no variable of the section is in .BTF", -1);
        }
        for (final SectionVariable variable : variables) {
            final Attributes attributes = definitions.attributes(variable.name(), variable.typeId(), false);
            maps.declare(
                    section,
                    new ObjectMaps.Place(variable.name(), variable.offset(), variable.size(), attributes.valuesOffset),
                    attributes.spec());
        }
    }

    private Attributes attributes(final String map, final int typeId, final boolean inner) {
        if (!(btf.type(btf.skipModifiers(typeId)) instanceof BtfType.Struct struct)) {
            throw fault(map, "definition is not a struct");
        }
        if (struct.size() > section.size() && !inner) {
            throw fault(map, "definition is longer than its section");
        }
        if (struct.members().size() > MAX_MEMBERS) {
            throw fault(
                    map,
                    "definition has too many members",
                    ", members=" + struct.members().size() + " (at most " + MAX_MEMBERS + ")");
        }
        final Attributes attributes = new Attributes(map, inner);
        for (final BtfType.Member member : struct.members()) {
            attributes.read(member);
        }
        if (attributes.type == null) {
            throw fault(map, "definition has no type");
        }
        return attributes;
    }

    private ObjectFileException fault(final String map, final String reason) {
        return fault(map, reason, "");
    }

    private ObjectFileException fault(final String map, final String reason, final String details) {
        return ObjectMaps.fault(section, map, reason, details, -1);
    }

    /** The attributes of one map as they are gathered. */
    private final class Attributes {

        private final String name;
        private final boolean isInner;
        private @Nullable MapType type;
        private int keySize;
        private int keyType;
        private int valueSize;
        private int valueType;
        private int maxEntries;
        private int flags;
        private long extra;
        private boolean pinByName;
        private @Nullable MapSpec inner;
        private int valuesOffset = -1;

        Attributes(final String name, final boolean isInner) {
            this.name = name;
            this.isInner = isInner;
        }

        MapSpec spec() {
            return new MapSpec(
                    name,
                    Objects.requireNonNull(type),
                    keySize,
                    valueSize,
                    maxEntries,
                    flags,
                    extra,
                    pinByName,
                    inner,
                    List.of(),
                    null,
                    btf,
                    keyType,
                    valueType);
        }

        void read(final BtfType.Member member) {
            switch (member.name()) {
                case "type" -> type = mapType(number(member));
                case "max_entries" -> maxEntries = size(member, number(member));
                case "map_flags" -> flags = number(member);
                case "map_extra" -> extra = longNumber(member);
                case "numa_node" -> number(member);
                case "key_size" -> keySize = sameSize(member, keySize, size(member, number(member)));
                case "value_size" -> valueSize = sameSize(member, valueSize, size(member, number(member)));
                case "key" -> {
                    keyType = pointedTo(member);
                    keySize = sameSize(member, keySize, btf.resolveSize(keyType));
                }
                case "value" -> {
                    valueType = pointedTo(member);
                    valueSize = sameSize(member, valueSize, btf.resolveSize(valueType));
                }
                case "values" -> readValues(member);
                case "pinning" -> pinByName = pinning(member);
                default -> throw fault(name, "definition has an unknown member", ", member=" + member.name());
            }
        }

        private MapType mapType(final int number) {
            final MapType known = MapType.of(number);
            if (known == null) {
                throw fault(name, "definition has an unknown type", ", type=" + Integer.toUnsignedLong(number));
            }
            return known;
        }

        private int size(final BtfType.Member member, final int number) {
            if (number < 0) {
                throw fault(
                        name,
                        "definition has a number out of range",
                        ", " + member.name() + "=" + Integer.toUnsignedLong(number) + " (at most " + Integer.MAX_VALUE
                                + ")");
            }
            return number;
        }

        private int sameSize(final BtfType.Member member, final int before, final int now) {
            if (before != 0 && before != now) {
                throw fault(
                        name,
                        "definition contradicts itself",
                        ", member=" + member.name() + ", size=" + now + " bytes, before=" + before + " bytes");
            }
            return now;
        }

        private int pointedTo(final BtfType.Member member) {
            if (btf.type(btf.skipModifiers(member.typeId())) instanceof BtfType.Ptr pointer) {
                return pointer.typeId();
            }
            throw fault(name, "definition has a member that is no pointer", ", member=" + member.name());
        }

        /** The length of the array behind a pointer. */
        private int number(final BtfType.Member member) {
            if (btf.type(btf.skipModifiers(pointedTo(member))) instanceof BtfType.Array array) {
                return array.count();
            }
            throw fault(name, "definition has a member that is no number", ", member=" + member.name());
        }

        /** As {@link #number}, or the only value of an enum, which has 64 bits ({@code __ulong}). */
        private long longNumber(final BtfType.Member member) {
            if (btf.type(btf.skipModifiers(member.typeId())) instanceof BtfType.Enumeration values
                    && values.values().size() == 1) {
                return values.values().getFirst().value();
            }
            return Integer.toUnsignedLong(number(member));
        }

        private boolean pinning(final BtfType.Member member) {
            final int pinning = number(member);
            if (isInner) {
                throw fault(name, "is an inner map and cannot be pinned");
            }
            if (pinning < 0 || pinning > 1) {
                throw fault(
                        name,
                        "definition has an unknown pinning",
                        ", pinning=" + Integer.toUnsignedLong(pinning) + " (0 for none, 1 for by name)");
            }
            return pinning == 1;
        }

        private void readValues(final BtfType.Member member) {
            if (isInner) {
                throw fault(name, "is an inner map and cannot hold maps or programs");
            }
            if (!(btf.type(btf.skipModifiers(member.typeId())) instanceof BtfType.Array array)
                    || array.count() != 0
                    || !(btf.type(btf.skipModifiers(array.elementTypeId())) instanceof BtfType.Ptr pointer)) {
                throw fault(name, "definition has values that are no array of pointers of unknown length");
            }
            final int target = btf.skipModifiers(pointer.typeId());
            if (type == MapType.PROG_ARRAY) {
                if (btf.kind(target) != BtfKind.FUNC_PROTO) {
                    throw fault(name, "definition has values that are no programs");
                }
            } else if (type != null && type.ofMaps()) {
                inner = attributes(name + ".inner", target, true).spec();
            } else {
                throw fault(
                        name,
                        "of this type takes no values",
                        ", type=" + (type == null ? "unknown" : type.label())
                                + " (prog_array, array_of_maps, hash_of_maps; type goes first)");
            }
            valueSize = sameSize(member, valueSize, 4);
            valuesOffset = member.byteOffset();
        }
    }

    /**
     * The slot of a map's initial values that an offset in the section means.
     *
     * @return the slot, or -1 if there is none
     */
    static int slot(final ObjectMaps.Place place, final long offset) {
        final long within = offset - place.offset() - place.valuesOffset();
        return place.valuesOffset() < 0
                        || within < 0
                        || within % POINTER_BYTES != 0
                        || offset + POINTER_BYTES > place.offset() + place.size()
                ? -1
                : (int) (within / POINTER_BYTES);
    }
}
