package io.xdp4j.bpf;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.Objects;

/** The compiled objects among the test resources; their sources are beside them. */
final class TestObjects {

    private TestObjects() {}

    static byte[] bytes(final String name) {
        try (InputStream in = TestObjects.class.getResourceAsStream("/objects/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static BpfObject parse(final String name) {
        return BpfObject.parse(name, bytes(name));
    }

    static MapSpec map(final BpfObject object, final String name) {
        return Objects.requireNonNull(object.maps().get(name), name);
    }

    static ProgramSpec program(final BpfObject object, final String name) {
        return Objects.requireNonNull(object.programs().get(name), name);
    }

    /** Initial entries as text: {@code 01000000=inner_a}. */
    static java.util.List<String> contents(final MapSpec map) {
        return map.contents().stream()
                .map(entry -> HexFormat.of().formatHex(entry.key()) + "="
                        + switch (entry) {
                            case MapSpec.Entry.Bytes bytes -> HexFormat.of().formatHex(bytes.value());
                            case MapSpec.Entry.InnerMap inner -> inner.map();
                            case MapSpec.Entry.InnerProgram inner -> inner.program();
                        })
                .toList();
    }
}
