package io.xdp4j.bpf.btf;

import io.xdp4j.bpf.format.ByteReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** The sections of an object among the test resources: just enough ELF for these tests, well-formed files only. */
final class TestObject {

    private final String file;
    private final ByteOrder order;
    private final Map<String, byte[]> sections = new LinkedHashMap<>();

    private TestObject(final String file, final byte[] bytes) {
        this.file = file;
        this.order = bytes[5] == 2 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        final ByteBuffer elf = ByteBuffer.wrap(bytes).order(order);
        final int headers = (int) elf.getLong(0x28);
        final int count = elf.getShort(0x3c);
        final int names = (int) elf.getLong(headers + 64 * elf.getShort(0x3e) + 0x18);
        for (int index = 0; index < count; index++) {
            final int header = headers + 64 * index;
            final int name = names + elf.getInt(header);
            int end = name;
            while (bytes[end] != 0) {
                end++;
            }
            final boolean stored = elf.getInt(header + 4) != 8;
            final byte[] content = new byte[stored ? (int) elf.getLong(header + 0x20) : 0];
            elf.get((int) elf.getLong(header + 0x18), content, 0, content.length);
            sections.putIfAbsent(new String(bytes, name, end - name, StandardCharsets.UTF_8), content);
        }
    }

    static TestObject read(final String name) {
        try (InputStream in = TestObject.class.getResourceAsStream("/btf/" + name)) {
            return new TestObject(name, Objects.requireNonNull(in, name).readAllBytes());
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    byte[] section(final String name) {
        return Objects.requireNonNull(sections.get(name), name);
    }

    ByteReader reader(final String name) {
        return new ByteReader(file, name, ByteBuffer.wrap(section(name)), order);
    }

    Btf btf() {
        return Btf.parse(reader(".BTF"), null);
    }

    /** The instructions of a section as packed slots. */
    long[] code(final String name) {
        final ByteBuffer bytes = ByteBuffer.wrap(section(name)).order(ByteOrder.LITTLE_ENDIAN);
        final long[] code = new long[bytes.limit() / 8];
        bytes.asLongBuffer().get(code);
        return code;
    }
}
