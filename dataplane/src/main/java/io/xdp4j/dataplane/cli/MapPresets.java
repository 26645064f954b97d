package io.xdp4j.dataplane.cli;

import io.xdp4j.bpf.BpfMap;
import io.xdp4j.bpf.Errno;
import io.xdp4j.bpf.LoadedObject;
import io.xdp4j.bpf.MapException;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.MapType;
import io.xdp4j.bpf.Program;
import java.nio.file.Path;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Map entries given on the command line: {@code NAME=KEY:VALUE}, or {@code @FILE} with one a line. The key ends at the last
 * colon outside of braces. A queue, stack or bloom filter takes {@code NAME=VALUE}.
 */
final class MapPresets {

    private final LoadedObject object;

    MapPresets(final LoadedObject object) {
        this.object = object;
    }

    /** Puts all of them, in order. */
    void apply(final List<String> presets) {
        for (final String preset : presets) {
            if (preset.startsWith("@")) {
                if (preset.length() == 1) {
                    throw new IllegalArgumentException("map presets must be @FILE: the name is empty: --map @");
                }
                applyFile(Path.of(preset.substring(1)));
            } else {
                applyOption(preset);
            }
        }
    }

    private void applyOption(final String preset) {
        final int equals = preset.indexOf('=');
        try {
            apply(preset);
        } catch (final IllegalArgumentException | MapException bad) {
            final String option = "--map " + (equals < 1 ? "" : Tokens.shorten(preset.substring(0, equals)));
            throw new IllegalArgumentException(option.strip() + ": " + bad.getMessage(), bad);
        }
    }

    private void applyFile(final Path file) {
        final List<String> lines = InputFiles.text(file, "map presets").lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            final String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            try {
                apply(line);
            } catch (final IllegalArgumentException | MapException bad) {
                throw new IllegalArgumentException(file + ", line " + (i + 1) + ": " + bad.getMessage(), bad);
            }
        }
    }

    private void apply(final String preset) {
        final int equals = preset.indexOf('=');
        if (equals < 1) {
            throw new IllegalArgumentException("map preset must be NAME=KEY:VALUE: " + Tokens.shorten(preset));
        }
        final BpfMap map = object.map(preset.substring(0, equals).strip());
        final String entry = preset.substring(equals + 1).strip();
        final int error;
        if (map.spec().keySize() == 0) {
            error = map.push(new UnsafeBuffer(value(map.spec(), entry)), 0, BpfMap.ANY);
        } else {
            final int colon = Tokens.last(entry, ':');
            if (colon < 0) {
                throw new IllegalArgumentException("map preset must be NAME=KEY:VALUE: " + Tokens.shorten(preset));
            }
            error = put(map, entry.substring(0, colon), entry.substring(colon + 1));
        }
        if (error < 0) {
            throw new IllegalArgumentException("map preset refused: " + Errno.nameOf(error) + ", preset="
                    + Tokens.shorten(preset) + remedy(map, error));
        }
    }

    private int put(final BpfMap map, final String keyText, final String valueText) {
        final MapSpec spec = map.spec();
        final UnsafeBuffer key =
                new UnsafeBuffer(ValueParser.forKey(spec).parse(keyText, spec.keyType(), spec.keySize()));
        if (spec.type().ofMaps()) {
            return map.putMap(key, 0, object.map(valueText.strip()), BpfMap.ANY);
        }
        if (spec.type() == MapType.PROG_ARRAY) {
            final Program program = object.program(valueText.strip());
            return map.putProgram(key.getInt(0, java.nio.ByteOrder.LITTLE_ENDIAN), program);
        }
        final byte[] value = value(spec, valueText);
        final UnsafeBuffer all = new UnsafeBuffer(new byte[map.valueLength()]);
        final int stride = map.valueLength() / map.cpus();
        for (int cpu = 0; cpu < map.cpus(); cpu++) {
            all.putBytes(cpu * stride, value);
        }
        return map.update(key, 0, all, 0, BpfMap.ANY);
    }

    private static byte[] value(final MapSpec spec, final String text) {
        return ValueParser.forValue(spec).parse(text, spec.valueType(), spec.valueSize());
    }

    private static String remedy(final BpfMap map, final int error) {
        if (error == Errno.E2BIG.negative()) {
            return " (map is full or the index is out of range: maxEntries="
                    + map.spec().maxEntries() + ")";
        }
        return error == Errno.EPERM.negative() ? " (map is read-only: set variables with --global)" : "";
    }
}
