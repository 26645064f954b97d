package io.xdp4j.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.bpf.btf.Btf;
import io.xdp4j.bpf.elf.ElfFile;
import io.xdp4j.bpf.elf.ElfSection;
import io.xdp4j.bpf.format.ObjectFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that nobody should have made: one line says what is wrong, and nothing else happens. */
final class BrokenObjectsTest {

    private static final Path FIREWALL = Path.of("../examples/firewall/firewall.bpf.o");

    @TempDir
    private Path folder;

    /** Whether the bytes are accepted; any exception but the one that is promised comes through. */
    private static boolean accepts(final byte[] bytes) {
        return accepts(ByteBuffer.wrap(bytes));
    }

    private static boolean accepts(final ByteBuffer bytes) {
        try {
            BpfObject.parse("broken.o", bytes);
            return true;
        } catch (final ObjectFileException e) {
            final String message = Objects.requireNonNull(e.getMessage());
            if (!message.contains("file=broken.o") || message.contains("\n")) {
                throw new AssertionError(message, e);
            }
            return false;
        }
    }

    /** Reads a file that is a pipe of zeroes: something, on the first of which is to be seen that it is none of ours. */
    private interface PipeReader {
        void read(Path pipe) throws IOException;
    }

    @Test
    void readsNoMoreThanTheFirstBytesOfWhatIsNoObject() throws IOException, InterruptedException {
        assertThat(pipeIsReadToItsEnd(pipe -> assertThatThrownBy(() -> BpfObject.parse(pipe))
                        .hasMessage("not an ELF file: file=" + pipe + ", offset=0")))
                .isFalse();
        assertThat(pipeIsReadToItsEnd(pipe -> assertThatThrownBy(() -> Btf.read(pipe))
                        .hasMessage("not BTF: magic=0x0000 (expected 0xeb9f): file=" + pipe + ", offset=0")))
                .isFalse();
    }

    private boolean pipeIsReadToItsEnd(final PipeReader reader) throws IOException, InterruptedException {
        final Path pipe = folder.resolve("pipe");
        final Process writer = new ProcessBuilder(
                        "sh", "-c", "mkfifo \"$0\" && echo made && head -c 8388608 /dev/zero >\"$0\"", pipe.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        // a byte of what it prints: the pipe is there
        assertThat(writer.getInputStream().read()).isEqualTo('m');
        reader.read(pipe);
        final int status = writer.waitFor();
        Files.delete(pipe);
        return status == 0;
    }

    /** Bytes of an object with another value in a section's header. */
    private static byte[] withHeader(final String file, final String section, final int field, final long value) {
        final byte[] bytes = TestObjects.bytes(file);
        final ElfSection found = Objects.requireNonNull(
                ElfFile.parse(file, ByteBuffer.wrap(bytes)).section(section), section);
        final ByteBuffer elf = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        elf.putLong((int) elf.getLong(40) + 64 * found.index() + field, value);
        return bytes;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "unresolved-map.o | unresolved map reference: map=routes, section=xdp, pc=17 (declared: ports,"
                        + " counters): file=unresolved-map.o",
                "unresolved-function.o | unresolved function: function=missing, section=xdp, pc=16 (define it, or"
                        + " declare it with __ksym): file=unresolved-function.o",
                "unknown-member.o | map definition has an unknown member: map=ports, member=colour:"
                        + " file=unknown-member.o, section=.maps",
                "unknown-type.o | map definition has an unknown type: map=counters, type=999: file=unknown-type.o,"
                        + " section=.maps",
                "inner-of-inner.o | map is an inner map and cannot hold maps or programs: map=outer.inner:"
                        + " file=inner-of-inner.o, section=.maps",
                "contradiction.o | map definition contradicts itself: map=ports, member=key, size=4 bytes, before=8"
                        + " bytes: file=contradiction.o, section=.maps",
                "values-of-hash.o | map of this type takes no values: map=ports, type=hash (prog_array, array_of_maps,"
                        + " hash_of_maps; type goes first): file=values-of-hash.o, section=.maps",
                "maps-without-types.o | maps without types (compile with -g): file=maps-without-types.o, section=.maps",
                "kconfig-struct.o | kernel configuration value of a type that has none: variable=CONFIG_PAIR (bool,"
                    + " integer, enum or char array of at most 4096 bytes): file=kconfig-struct.o, section=.kconfig",
            })
    void saysWhatIsWrongInOneLine(final String file, final String message) {
        assertThatThrownBy(() -> TestObjects.parse(file))
                .isInstanceOf(ObjectFileException.class)
                .hasMessage(message);
    }

    @Test
    void refusesEveryPrefixOfAFile() throws IOException {
        final byte[] whole = Files.readAllBytes(FIREWALL);
        assertThat(accepts(whole)).isTrue();
        for (int length = 0; length < whole.length; length++) {
            if (accepts(ByteBuffer.wrap(whole, 0, length))) {
                throw new AssertionError("accepted: length=" + length + " bytes of " + whole.length);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"maps.o", "globals.o", "legacy.o", "functions.o", "core.o"})
    void survivesChangedBytes(final String file) {
        final byte[] whole = TestObjects.bytes(file);
        final SplittableRandom random = new SplittableRandom(20_260_101);
        int accepted = 0;
        for (int round = 0; round < 2_000; round++) {
            final byte[] bytes = whole.clone();
            for (int change = random.nextInt(1, 6); change > 0; change--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            accepted += accepts(bytes) ? 1 : 0;
        }
        assertThat(accepted).isBetween(1, 1_999);
    }

    /** Changes where most of the structure is: headers, symbols, relocations, types. */
    @ParameterizedTest
    @ValueSource(strings = {".maps", ".BTF", ".BTF.ext", ".symtab", ".rel.maps", ".relxdp", "xdp"})
    void survivesChangedSections(final String name) {
        final byte[] whole = TestObjects.bytes("maps.o");
        final ElfSection section = Objects.requireNonNull(
                ElfFile.parse("maps.o", ByteBuffer.wrap(whole)).section(name), name);
        final ByteBuffer elf = ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN);
        final int offset = (int) elf.getLong((int) elf.getLong(40) + 64 * section.index() + 24);
        final SplittableRandom random = new SplittableRandom(name.hashCode());
        for (int round = 0; round < 1_000; round++) {
            final byte[] bytes = whole.clone();
            for (int change = random.nextInt(1, 4); change > 0; change--) {
                final int at = offset + random.nextInt(section.content().length());
                bytes[at] = random.nextBoolean() ? (byte) random.nextInt() : (byte) (bytes[at] + random.nextInt(-8, 9));
            }
            accepts(bytes);
        }
    }

    @Test
    void refusesSectionsOfZerosThatAreTooLarge() {
        assertThatThrownBy(() -> BpfObject.parse("f.o", withHeader("functions.o", ".bss", 32, 1L << 40)))
                .hasMessage("section too large: size=1099511627776 bytes (at most 67108864): file=f.o, section=.bss");
    }

    @Test
    void refusesSectionsThatOverlap() {
        final byte[] bytes = withHeader("functions.o", ".text", 24, 0);
        final ByteBuffer elf = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        elf.putLong((int) elf.getLong(40) + 64 * 2 + 32, bytes.length & -8);
        assertThatThrownBy(() -> BpfObject.parse("f.o", bytes))
                .hasMessageStartingWith("sections overlap: sections=")
                .hasMessageEndingWith(" bytes, file=" + bytes.length + " bytes: file=f.o");
    }

    @Test
    void refusesCodeThatIsCutShort() {
        assertThatThrownBy(() -> BpfObject.parse("f.o", withHeader("functions.o", "xdp", 32, 204)))
                .hasMessage("code is not a multiple of 8 bytes: length=204 bytes: file=f.o, section=xdp");
        assertThatThrownBy(() -> BpfObject.parse("f.o", withHeader("functions.o", "xdp", 32, 96)))
                .hasMessage("function runs past its section: function=beside, length=48 bytes, section size=96 bytes:"
                        + " file=f.o, section=xdp, offset=56");
    }

    @Test
    void refusesFilesThatAreTooLong() {
        assertThatThrownBy(() -> BpfObject.parse("f.o", ByteBuffer.allocateDirect((64 << 20) + 1)))
                .hasMessage("file too long (at most 67108864 bytes): file=f.o");
    }
}
