package io.xdp4j.engine;

import io.xdp4j.bpf.BpfMap;
import io.xdp4j.bpf.BpfObject;
import io.xdp4j.bpf.LoadOptions;
import io.xdp4j.bpf.LoadedObject;
import io.xdp4j.bpf.MapException;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.Program;
import io.xdp4j.bpf.ProgramLoadException;
import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.bpf.ProgramType;
import io.xdp4j.map.UserspaceMap;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.agrona.concurrent.UnsafeBuffer;

/** Loads one object: maps first, then programs, then what maps hold of maps and programs. Leaves nothing behind on failure. */
final class ObjectLoader {

    private final UserspaceEngine engine;
    private final BpfObject object;
    private final LoadOptions options;
    private final Map<String, Long> kconfig;
    private final Map<String, MapSpec> known;
    private final Map<String, BpfMap> maps = new LinkedHashMap<>();
    private final Map<String, Program> programs = new LinkedHashMap<>();

    ObjectLoader(
            final UserspaceEngine engine,
            final BpfObject object,
            final LoadOptions options,
            final Map<String, Long> kconfig) {
        this.engine = engine;
        this.object = object;
        this.options = options;
        this.kconfig = kconfig;
        this.known = KnownMaps.of(object, options, kconfig, engine.cpus());
    }

    LoadedObject load() {
        boolean done = false;
        try {
            checkNames();
            checkSizes();
            object.maps().values().forEach(this::createMap);
            object.programs().values().stream().filter(this::wanted).forEach(this::loadProgram);
            object.maps().values().forEach(this::fill);
            done = true;
            return new Loaded(
                    Collections.unmodifiableMap(maps), Collections.unmodifiableMap(programs), options.reuse());
        } finally {
            if (!done) {
                new Loaded(maps, programs, options.reuse()).close();
            }
        }
    }

    private void checkNames() {
        for (final String name : options.programs()) {
            if (!object.programs().containsKey(name)) {
                throw new ProgramLoadException(
                        name,
                        "no such program (there are: "
                                + String.join(", ", object.programs().keySet()) + ")",
                        "");
            }
        }
        final Set<String> named = new LinkedHashSet<>(options.maxEntries().keySet());
        named.addAll(options.reuse().keySet());
        for (final String name : named) {
            if (!object.maps().containsKey(name)) {
                throw new IllegalArgumentException("no such map: map=" + name + " (declared: "
                        + String.join(", ", object.maps().keySet()) + ")");
            }
        }
    }

    private void checkSizes() {
        for (final Map.Entry<String, Integer> size : options.maxEntries().entrySet()) {
            final MapSpec declared = object.maps().get(size.getKey());
            if (declared != null && declared.global() != null) {
                throw new IllegalArgumentException("size of global variables cannot be changed: map=" + size.getKey()
                        + ", maxEntries=" + size.getValue());
            }
        }
    }

    private boolean wanted(final ProgramSpec spec) {
        return options.programs().isEmpty()
                ? spec.type() == ProgramType.XDP || spec.type() == ProgramType.UNSPEC
                : options.programs().contains(spec.name()) || calledThroughArray(spec.name());
    }

    /** Whether the program stands in a program array from the start, so that others reach it by tail call. */
    private boolean calledThroughArray(final String name) {
        return object.maps().values().stream()
                .flatMap(map -> map.contents().stream())
                .anyMatch(entry -> entry instanceof final MapSpec.Entry.InnerProgram slot
                        && slot.program().equals(name));
    }

    private void createMap(final MapSpec declared) {
        final MapSpec wanted = KnownMaps.sized(declared, options, engine.cpus());
        final BpfMap given = options.reuse().get(declared.name());
        if (given != null) {
            checkReuse(wanted, given);
        }
        maps.put(declared.name(), given != null ? given : engine.create(wanted));
    }

    private void checkReuse(final MapSpec wanted, final BpfMap given) {
        final MapSpec spec = given.spec();
        if (!(given instanceof final UserspaceMap map) || !engine.owns(map)) {
            throw new IllegalArgumentException("map of another engine, or closed: map=" + wanted.name());
        }
        if (spec.type() != wanted.type()
                || spec.keySize() != wanted.keySize()
                || spec.valueSize() != wanted.valueSize()
                || spec.maxEntries() != wanted.maxEntries()
                || spec.flags() != wanted.flags()
                || spec.extra() != wanted.extra()) {
            throw new IllegalArgumentException("map does not fit: map=" + wanted.name() + ", declared=" + shape(wanted)
                    + ", given=" + shape(spec));
        }
    }

    private static String shape(final MapSpec spec) {
        return spec.type().label() + "(key " + spec.keySize() + " bytes, value " + spec.valueSize() + " bytes, "
                + spec.maxEntries() + " entries, flags 0x" + Integer.toHexString(spec.flags())
                + (spec.extra() == 0 ? "" : ", extra 0x" + Long.toHexString(spec.extra())) + ")";
    }

    private void loadProgram(final ProgramSpec spec) {
        if (spec.type() != ProgramType.XDP && spec.type() != ProgramType.UNSPEC) {
            throw new ProgramLoadException(
                    spec.name(),
                    "section=" + spec.section() + ", type=" + spec.type().label()
                            + ": only XDP programs run in the JVM",
                    "");
        }
        programs.put(
                spec.name(),
                engine.load(
                        spec,
                        known,
                        (final String name) -> maps.get(name) instanceof final UserspaceMap map ? map : null));
    }

    private void fill(final MapSpec spec) {
        if (options.reuse().containsKey(spec.name())) {
            return;
        }
        final BpfMap map = made(spec.name());
        if (spec.global() == null) {
            spec.contents().forEach(entry -> check(spec, put(map, entry)));
            return;
        }
        final UnsafeBuffer image = new UnsafeBuffer(GlobalImage.of(spec, object, kconfig));
        check(spec, map.update(new UnsafeBuffer(new byte[Integer.BYTES]), 0, image, 0, BpfMap.ANY));
        if (KnownMaps.constant(spec)) {
            map.freeze();
        }
    }

    private BpfMap made(final String name) {
        return Objects.requireNonNull(maps.get(name), name);
    }

    private static void check(final MapSpec spec, final int error) {
        if (error < 0) {
            throw new MapException("initial update", spec.name(), -error, 0, "");
        }
    }

    private int put(final BpfMap map, final MapSpec.Entry entry) {
        final UnsafeBuffer key = new UnsafeBuffer(entry.key());
        return switch (entry) {
            case MapSpec.Entry.Bytes bytes -> map.update(key, 0, new UnsafeBuffer(bytes.value()), 0, BpfMap.ANY);
            case MapSpec.Entry.InnerMap inner -> map.putMap(key, 0, made(inner.map()), BpfMap.ANY);
            case MapSpec.Entry.InnerProgram slot -> {
                final Program program = programs.get(slot.program());
                // a slot whose program was not asked for stays empty, as with autoload off
                yield program == null
                        ? 0
                        : map.putProgram(
                                ByteBuffer.wrap(slot.key())
                                        .order(ByteOrder.LITTLE_ENDIAN)
                                        .getInt(),
                                program);
            }
        };
    }

    /** The programs and maps of one object. */
    private record Loaded(Map<String, BpfMap> maps, Map<String, Program> programs, Map<String, BpfMap> kept)
            implements LoadedObject {

        @Override
        public void close() {
            programs.values().forEach(Program::close);
            maps.forEach((name, map) -> {
                if (!kept.containsKey(name)) {
                    map.close();
                }
            });
        }
    }
}
