package io.xdp4j.tests.verifier;

import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.MapType;
import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.bpf.Reference;
import io.xdp4j.bpf.btf.Btf;
import io.xdp4j.bpf.btf.BtfKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The verifier of the kernel that this runs on, asked by bpf(2): it makes the maps, loads the program, and closes
 * everything again. For one thread.
 */
final class KernelVerifier {

    /** Readable types of the kernel, for kfuncs. */
    static final Path TYPES = Path.of("/sys/kernel/btf/vmlinux");

    private static final int XDP = 6;
    private static final int FRAGS = 1 << 5;
    private static final int LOG_LENGTH = 4 << 20;
    private static final int ATTRIBUTES_LENGTH = 152;
    private static final int ATTEMPTS = 5;
    private static final long LOW_IMMEDIATE = 0xffff_ffffL << 32;
    private static final Pattern STATISTICS =
            Pattern.compile("verification time.*|stack depth.*|(?:cur|old) state:.*|\\(.*lines omitted.*");

    /** Kinds of map whose values may have types, and so locks and timers. */
    private static final Set<MapType> TYPED =
            EnumSet.of(MapType.ARRAY, MapType.HASH, MapType.LRU_HASH, MapType.PERCPU_ARRAY, MapType.PERCPU_HASH);

    private Optional<Btf> types = Optional.empty();

    /** Why bpf(2) cannot be had here, or nothing if it can. */
    static Optional<String> unavailable() {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment attributes = arena.allocate(ATTRIBUTES_LENGTH, 8);
            attributes.set(ValueLayout.JAVA_INT, 0, 2);
            attributes.set(ValueLayout.JAVA_INT, 4, 4);
            attributes.set(ValueLayout.JAVA_INT, 8, 4);
            attributes.set(ValueLayout.JAVA_INT, 12, 1);
            final int fd = Bpf.call(Bpf.MAP_CREATE, attributes);
            if (fd == -Bpf.EPERM || fd == -Bpf.ENOSYS) {
                return Optional.of("bpf(2) is not permitted: errno=" + -fd + " (run as root)");
            }
            Bpf.close(fd);
            return Optional.empty();
        }
    }

    /** Loads a program with these maps and says what the kernel made of it. */
    KernelVerdict verify(final ProgramSpec program, final Map<String, MapSpec> maps) {
        final List<Integer> files = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            final Map<String, Integer> fds = new HashMap<>();
            for (final MapSpec map : maps.values()) {
                fds.put(map.name(), create(arena, map, files));
            }
            return load(arena, program, linked(program, fds), files);
        } finally {
            files.reversed().forEach(Bpf::close);
        }
    }

    private long[] linked(final ProgramSpec program, final Map<String, Integer> fds) {
        final long[] code = program.code().clone();
        for (final Reference each : program.references()) {
            final int immediate = switch (each) {
                case Reference.ToMap map -> fd(fds, map.map());
                case Reference.ToMapValue value -> fd(fds, value.map());
                case Reference.ToKfunc kfunc -> type(kfunc.name(), BtfKind.FUNC);
                case Reference.ToKsym symbol -> type(symbol.name(), BtfKind.VAR);
            };
            code[each.pc()] = (code[each.pc()] & ~LOW_IMMEDIATE) | ((long) immediate << 32);
        }
        return code;
    }

    private static int fd(final Map<String, Integer> fds, final String map) {
        final Integer fd = fds.get(map);
        if (fd == null) {
            throw new IllegalArgumentException(
                    "unresolved map reference: map=" + map + " (declared: " + fds.keySet() + ")");
        }
        return fd;
    }

    private int type(final String name, final BtfKind kind) {
        if (types.isEmpty()) {
            try {
                types = Optional.of(Btf.read(TYPES));
            } catch (final IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return types.get().findByName(name, kind);
    }

    private static int create(final Arena arena, final MapSpec map, final List<Integer> files) {
        final MemorySegment attributes = arena.allocate(ATTRIBUTES_LENGTH, 8);
        attributes.set(ValueLayout.JAVA_INT, 0, map.type().number());
        attributes.set(ValueLayout.JAVA_INT, 4, map.keySize());
        attributes.set(ValueLayout.JAVA_INT, 8, map.valueSize());
        attributes.set(ValueLayout.JAVA_INT, 12, map.maxEntries());
        attributes.set(ValueLayout.JAVA_INT, 16, map.flags());
        attributes.set(ValueLayout.JAVA_LONG, 64, map.extra());
        final MapSpec inner = map.inner();
        if (inner != null) {
            attributes.set(ValueLayout.JAVA_INT, 20, create(arena, inner, files));
        }
        final Btf btf = map.btf();
        if (btf != null && map.valueType() != 0 && map.global() == null && TYPED.contains(map.type())) {
            attributes.set(
                    ValueLayout.JAVA_INT,
                    48,
                    types(arena, KernelFunctions.withoutVariables(btf).toBytes(ByteOrder.nativeOrder()), files));
            attributes.set(ValueLayout.JAVA_INT, 52, map.keyType());
            attributes.set(ValueLayout.JAVA_INT, 56, map.valueType());
        }
        final int fd = open("map " + map.name(), Bpf.call(Bpf.MAP_CREATE, attributes), files);
        for (final MapSpec.Entry entry : map.contents()) {
            if (entry instanceof MapSpec.Entry.Bytes bytes) {
                update(arena, fd, bytes);
            }
        }
        if (map.global() == MapSpec.Global.RODATA) {
            final MemorySegment freeze = arena.allocate(ATTRIBUTES_LENGTH, 8);
            freeze.set(ValueLayout.JAVA_INT, 0, fd);
            done("freeze of map " + map.name(), Bpf.call(Bpf.MAP_FREEZE, freeze));
        }
        return fd;
    }

    private static void update(final Arena arena, final int fd, final MapSpec.Entry.Bytes entry) {
        final MemorySegment attributes = arena.allocate(ATTRIBUTES_LENGTH, 8);
        attributes.set(ValueLayout.JAVA_INT, 0, fd);
        attributes.set(ValueLayout.JAVA_LONG, 8, bytes(arena, entry.key()).address());
        attributes.set(ValueLayout.JAVA_LONG, 16, bytes(arena, entry.value()).address());
        done("update of a map", Bpf.call(Bpf.MAP_UPDATE_ELEM, attributes));
    }

    private static int types(final Arena arena, final byte[] btf, final List<Integer> files) {
        final MemorySegment log = arena.allocate(1 << 16);
        final MemorySegment attributes = arena.allocate(ATTRIBUTES_LENGTH, 8);
        attributes.set(ValueLayout.JAVA_LONG, 0, bytes(arena, btf).address());
        attributes.set(ValueLayout.JAVA_LONG, 8, log.address());
        attributes.set(ValueLayout.JAVA_INT, 16, btf.length);
        attributes.set(ValueLayout.JAVA_INT, 20, (int) log.byteSize());
        attributes.set(ValueLayout.JAVA_INT, 24, 1);
        final int fd = Bpf.call(Bpf.BTF_LOAD, attributes);
        return open(fd < 0 ? "BTF " + log.getString(0) : "BTF", fd, files);
    }

    private static KernelVerdict load(
            final Arena arena, final ProgramSpec program, final long[] code, final List<Integer> files) {
        final MemorySegment log = arena.allocate(LOG_LENGTH, 8);
        final MemorySegment attributes = arena.allocate(ATTRIBUTES_LENGTH, 8);
        attributes.set(ValueLayout.JAVA_INT, 0, XDP);
        attributes.set(ValueLayout.JAVA_INT, 4, code.length);
        attributes.set(
                ValueLayout.JAVA_LONG,
                8,
                arena.allocateFrom(ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN), code)
                        .address());
        attributes.set(
                ValueLayout.JAVA_LONG, 16, arena.allocateFrom(program.license()).address());
        attributes.set(ValueLayout.JAVA_INT, 24, 1);
        attributes.set(ValueLayout.JAVA_INT, 28, LOG_LENGTH);
        attributes.set(ValueLayout.JAVA_LONG, 32, log.address());
        attributes.set(ValueLayout.JAVA_INT, 44, program.frags() ? FRAGS : 0);
        attributes.set(ValueLayout.JAVA_INT, 68, program.attachType());
        if (program.subprograms().size() > 1) {
            final KernelFunctions functions = KernelFunctions.of(program);
            attributes.set(ValueLayout.JAVA_INT, 72, types(arena, functions.btf(), files));
            attributes.set(ValueLayout.JAVA_INT, 76, KernelFunctions.RECORD_LENGTH);
            attributes.set(
                    ValueLayout.JAVA_LONG, 80, bytes(arena, functions.records()).address());
            attributes.set(ValueLayout.JAVA_INT, 88, functions.count());
        }
        int fd = load(attributes);
        if (fd == -Bpf.ENOSPC) {
            // a long path overflows the log, and that hides the verdict
            attributes.set(ValueLayout.JAVA_INT, 24, 0);
            attributes.set(ValueLayout.JAVA_INT, 28, 0);
            attributes.set(ValueLayout.JAVA_LONG, 32, 0);
            fd = load(attributes);
        }
        final String text = log.getString(0);
        if (fd >= 0) {
            files.add(fd);
            return new KernelVerdict(true, "", text);
        }
        final String reason = text.lines()
                .map(line -> line.replaceFirst("processed \\d+ insns.*", "").strip())
                .filter(line -> !line.isEmpty() && !STATISTICS.matcher(line).matches())
                .reduce("", (_, last) -> last);
        return new KernelVerdict(false, reason.isEmpty() ? "errno=" + -fd : reason, text);
    }

    private static int load(final MemorySegment attributes) {
        int fd = -Bpf.EAGAIN;
        for (int i = 0; i < ATTEMPTS && fd == -Bpf.EAGAIN; i++) {
            // a signal may interrupt the kernel's verifier
            fd = Bpf.call(Bpf.PROG_LOAD, attributes);
        }
        return fd;
    }

    private static MemorySegment bytes(final Arena arena, final byte[] bytes) {
        return arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
    }

    private static int open(final String what, final int fd, final List<Integer> files) {
        done(what, fd);
        files.add(fd);
        return fd;
    }

    private static void done(final String what, final int result) {
        if (result < 0) {
            throw new IllegalStateException("kernel refused: " + what + ", errno=" + -result);
        }
    }
}
