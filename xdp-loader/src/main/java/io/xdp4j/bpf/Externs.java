package io.xdp4j.bpf;

import io.xdp4j.bpf.btf.Btf;
import io.xdp4j.bpf.btf.BtfKind;
import io.xdp4j.bpf.btf.BtfType;
import io.xdp4j.bpf.format.ObjectFileException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an object expects of the kernel that will run it: {@code extern} declarations in the sections {@code .kconfig}
 * and {@code .ksyms} of its types.
 */
final class Externs {

    /** The map that stands for kernel configuration values. */
    static final String KCONFIG = ".kconfig";

    private static final String KSYMS = ".ksyms";

    private static final int MAX_VALUE_SIZE = 4096;
    private static final int MAX_SIZE = 64 << 10;

    private final String file;
    private final @Nullable Btf btf;
    private final Map<String, BpfObject.Variable> configuration = new LinkedHashMap<>();
    private final Set<String> functions = new HashSet<>();
    private final Set<String> variables = new HashSet<>();
    private int size;

    private record Setting(String name, int typeId, int size, int alignment) {}

    Externs(final String file, final @Nullable Btf btf) {
        this.file = file;
        this.btf = btf;
        if (btf != null) {
            layOut(settings(btf));
            collectKernelSymbols(btf);
        }
    }

    /** Strictest alignment first, as libbpf lays them out, so that none needs padding. */
    private void layOut(final List<Setting> settings) {
        settings.sort(Comparator.comparingInt(Setting::alignment)
                .reversed()
                .thenComparingInt(Setting::size)
                .thenComparing(Setting::name));
        int offset = 0;
        for (final Setting setting : settings) {
            offset = (offset + setting.alignment - 1) & -setting.alignment;
            configuration.put(
                    setting.name, new BpfObject.Variable(setting.name, KCONFIG, offset, setting.size, setting.typeId));
            offset += setting.size;
            if (offset > MAX_SIZE) {
                throw fault("kernel configuration values too large: variable=" + setting.name + ", size=" + offset
                        + " bytes (at most " + MAX_SIZE + ")");
            }
        }
        size = offset;
    }

    private ObjectFileException fault(final String reason) {
        return new ObjectFileException(reason, file, KCONFIG, -1);
    }

    private List<Setting> settings(final Btf btf) {
        final List<Setting> settings = new ArrayList<>();
        for (final BtfType.Var variable : variables(btf, KCONFIG)) {
            final int typeId = btf.skipModifiers(variable.typeId());
            final int alignment = switch (btf.type(typeId)) {
                case BtfType.Int number -> number.size();
                case BtfType.Enum32 number -> number.size();
                case BtfType.Enum64 number -> number.size();
                case BtfType.Array array when btf.resolveSize(array.elementTypeId()) == 1 -> 1;
                default -> 0;
            };
            final int bytes = alignment == 0 ? 0 : btf.resolveSize(typeId);
            if (Integer.bitCount(alignment) != 1 || alignment > 8 || bytes == 0 || bytes > MAX_VALUE_SIZE) {
                throw fault("kernel configuration value of a type that has none: variable=" + variable.name()
                        + " (bool, integer, enum or char array of at most " + MAX_VALUE_SIZE + " bytes)");
            }
            settings.add(new Setting(variable.name(), variable.typeId(), bytes, alignment));
        }
        return settings;
    }

    private static List<BtfType.Var> variables(final Btf btf, final String section) {
        final List<BtfType.Var> found = new ArrayList<>();
        if (btf.type(btf.findByName(section, BtfKind.DATASEC)) instanceof BtfType.Datasec datasec) {
            for (final BtfType.SectionVar place : datasec.vars()) {
                if (btf.type(place.typeId()) instanceof BtfType.Var variable) {
                    found.add(variable);
                }
            }
        }
        return found;
    }

    private void collectKernelSymbols(final Btf types) {
        if (types.type(types.findByName(KSYMS, BtfKind.DATASEC)) instanceof BtfType.Datasec datasec) {
            for (final BtfType.SectionVar place : datasec.vars()) {
                switch (types.type(place.typeId())) {
                    case BtfType.Func function -> functions.add(function.name());
                    case BtfType.Var variable -> variables.add(variable.name());
                    default -> {}
                }
            }
        }
    }

    boolean isKernelFunction(final String name) {
        return functions.contains(name);
    }

    boolean isKernelVariable(final String name) {
        return variables.contains(name);
    }

    /** The configuration value of that name, or null. */
    BpfObject.@Nullable Variable setting(final String name) {
        return configuration.get(name);
    }

    /** Configuration values in the order of their places. */
    List<BpfObject.Variable> settings() {
        return List.copyOf(configuration.values());
    }

    /** The map that holds the configuration values, all zero until an engine knows better; null if there are none. */
    @Nullable
    MapSpec map() {
        if (size == 0) {
            return null;
        }
        final MapSpec.Entry zero = new MapSpec.Entry.Bytes(new byte[GlobalSections.KEY_SIZE], new byte[size]);
        return GlobalSections.map(
                KCONFIG, MapSpec.Global.KCONFIG, size, List.of(zero), btf, MapSpec.RDONLY_PROG | MapSpec.MMAPABLE);
    }
}
