package io.xdp4j.bpf.btf;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.format.ByteReader;
import io.xdp4j.bpf.format.ObjectFileException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Does with bytes from anywhere all that this package can do: they are refused in one line, or everything works. */
final class BtfAttempt {

    private static final TestObject CORE = TestObject.read("core-local.o");
    private static final Btf CORE_TYPES = CORE.btf();
    private static final BtfExt CORE_EXT = BtfExt.parse(CORE.reader(".BTF.ext"), CORE_TYPES);

    /** What bytes that are no UTF-8 become: names with it are not found by name. */
    private static final char NOT_UTF_8 = '\ufffd';

    private BtfAttempt() {}

    private static ByteReader reader(final byte[] bytes, final String section) {
        return new ByteReader("fuzz", section, ByteBuffer.wrap(bytes), ByteOrder.LITTLE_ENDIAN);
    }

    private static @Nullable Btf parse(final byte[] bytes) {
        try {
            return Btf.parse(reader(bytes, ".BTF"), null);
        } catch (final ObjectFileException e) {
            assertThat(e.getMessage()).contains("file=fuzz, section=.BTF").doesNotContain("\n");
            return null;
        }
    }

    /** Reads, prints and writes types. */
    static void types(final byte[] bytes) {
        final Btf btf = parse(bytes);
        if (btf == null) {
            return;
        }
        final BtfWriter writer = BtfWriter.empty();
        for (int id = 1; id < btf.size(); id++) {
            use(btf, id);
            writer.add(btf.type(id));
        }
        final Btf again = writer.toBtf("again");
        for (int id = 0; id < btf.size(); id++) {
            assertThat(again.type(id)).isEqualTo(btf.type(id));
        }
    }

    private static void use(final Btf btf, final int id) {
        btf.skipModifiers(id);
        if (!btf.name(id).isEmpty() && btf.name(id).indexOf(NOT_UTF_8) < 0) {
            assertThat(btf.findByName(btf.name(id), btf.kind(id))).isBetween(1, id);
        }
        BtfFormatter.inline(btf, id);
        try {
            btf.resolveSize(id);
        } catch (final ObjectFileException e) {
            assertThat(e).hasMessageStartingWith("BTF type ");
        }
    }

    /** Relocates a program to the types. */
    static void relocation(final byte[] bytes) {
        final Btf target = parse(bytes);
        if (target == null) {
            return;
        }
        final CoreRelocator relocator = new CoreRelocator(CORE_TYPES, List.of(target));
        for (final String section : CORE_EXT.sections()) {
            try {
                relocator.apply(section, CORE.code(section), CORE_EXT.relocations(section));
            } catch (final ObjectFileException e) {
                assertThat(e).hasMessageStartingWith("CO-RE relocation failed: pc=");
            }
        }
    }

    /** Reads what a section says about instructions. */
    static void extension(final byte[] bytes) {
        final BtfExt ext;
        try {
            ext = BtfExt.parse(reader(bytes, ".BTF.ext"), CORE_TYPES);
        } catch (final ObjectFileException e) {
            assertThat(e.getMessage()).contains("file=");
            return;
        }
        for (final String section : ext.sections()) {
            ext.lines(section);
            final List<CoreRelocation> relocations = ext.relocations(section);
            if (!relocations.isEmpty()) {
                try {
                    new CoreRelocator(CORE_TYPES, List.of(CORE_TYPES)).apply(section, new long[4], relocations);
                } catch (final ObjectFileException e) {
                    assertThat(e).hasMessageStartingWith("CO-RE relocation failed: pc=");
                }
            }
        }
    }
}
