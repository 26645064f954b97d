package io.xdp4j.bpf.btf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.bpf.format.ByteReader;
import io.xdp4j.bpf.format.ObjectFileException;
import io.xdp4j.bpf.format.SourceLine;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BtfExtTest {

    private final TestObject kinds = TestObject.read("kinds.o");
    private final Btf btf = kinds.btf();

    @Test
    void readsFunctionsAndLinesOfEachSection() {
        final BtfExt ext = BtfExt.parse(kinds.reader(".BTF.ext"), btf);
        assertThat(ext.sections()).containsExactly(".text", "xdp");
        assertThat(ext.functions("xdp"))
                .containsExactly(new FunctionRecord(0, btf.findByName("program", BtfKind.FUNC)));
        assertThat(ext.functions(".text"))
                .containsExactly(new FunctionRecord(0, btf.findByName("helper", BtfKind.FUNC)));
        assertThat(ext.lines(".text").firstEntry().getValue())
                .isEqualTo(new SourceLine("./kinds.c", 51, 17, "    return key->prefixlen + by;"));
        assertThat(ext.lines("xdp").floorEntry(1).getValue())
                .isEqualTo(new SourceLine("./kinds.c", 55, 10, "    count++;"));
        assertThat(ext.lineRecords("xdp").getFirst().pc()).isZero();
        assertThat(ext.lines("nowhere")).isEmpty();
        assertThat(ext.relocations("xdp")).isEmpty();
    }

    @Test
    void readsRelocations() {
        final TestObject core = TestObject.read("core-local.o");
        final Btf types = core.btf();
        final BtfExt ext = BtfExt.parse(core.reader(".BTF.ext"), types);
        assertThat(ext.relocations("core/load_hash"))
                .containsExactly(new CoreRelocation(
                        0, types.findByName("packet", BtfKind.STRUCT), "0:6:3", CoreRelocation.Kind.FIELD_BYTE_OFFSET));
        final List<CoreRelocation.Kind> seen = ext.sections().stream()
                .flatMap(section -> ext.relocations(section).stream())
                .map(CoreRelocation::kind)
                .distinct()
                .toList();
        assertThat(seen).containsExactlyInAnyOrder(CoreRelocation.Kind.values());
    }

    @Test
    void readsTheOtherByteOrderAlike() {
        final TestObject big = TestObject.read("core-local-big-endian.o");
        final TestObject little = TestObject.read("core-local.o");
        final BtfExt one = BtfExt.parse(big.reader(".BTF.ext"), big.btf());
        final BtfExt two = BtfExt.parse(little.reader(".BTF.ext"), little.btf());
        assertThat(one.sections()).isEqualTo(two.sections());
        assertThat(one.lines("core/load_hash")).isEqualTo(two.lines("core/load_hash"));
        assertThat(one.relocations("core/load_hash")).isEqualTo(two.relocations("core/load_hash"));
    }

    @Test
    void leavesAsideWhatIsNewInLongerRecords() {
        final ByteBuffer ext = header(20).putInt(12).putInt(sectionName()).putInt(1);
        ext.putInt(16).putInt(btf.findByName("helper", BtfKind.FUNC)).putInt(0x7777_7777);
        // header says 20 bytes, 24 are there: what follows is not looked at
        ext.putInt(8, 0).putInt(12, 24);
        assertThat(parse(ext).functions("xdp"))
                .containsExactly(new FunctionRecord(2, btf.findByName("helper", BtfKind.FUNC)));
    }

    @Test
    void namesWhatIsWrongAndWhere() {
        assertFails(
                header(4).putInt(4),
                "function info record length out of range: recordLength=4 bytes (at least 8, a multiple of 4): "
                        + "file=test, section=.BTF.ext, offset=32");
        assertFails(
                header(12).putInt(8).putInt(sectionName()).putInt(1_000_000),
                "function info count out of range: section=xdp, count=1000000 (at least 1, at most 0): "
                        + "file=test, section=.BTF.ext, offset=40");
        assertFails(
                header(20).putInt(8).putInt(sectionName()).putInt(1).putInt(4).putInt(13),
                "function info is not at an instruction: instructionOffset=4 bytes: "
                        + "file=test, section=.BTF.ext, offset=44");
        assertFails(
                header(20).putInt(8).putInt(sectionName()).putInt(1).putInt(0).putInt(2),
                "function info names no function: typeId=2, type=struct key: "
                        + "file=test, section=.BTF.ext, offset=48");
        assertFails(
                header(20).putInt(8).putInt(-1).putInt(1).putInt(0).putInt(2),
                "function info section name out of range: string=4294967295, strings=" + btf.stringsEnd()
                        + " bytes: file=test, section=.BTF.ext, offset=36");
        assertFails(
                header(4000).putInt(8),
                "function info runs past the end: needs 4000 bytes, has 32: file=test, section=.BTF.ext, offset=32");
    }

    /** Header, and function info of {@code length} bytes after it, which the caller puts there. */
    private static ByteBuffer header(final int length) {
        return ByteBuffer.allocate(64)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) 0xeb9f)
                .put((byte) 1)
                .put((byte) 0)
                .putInt(32)
                .putInt(0)
                .putInt(length)
                .position(32);
    }

    private int sectionName() {
        return BtfWriter.of(btf).intern("xdp");
    }

    private BtfExt parse(final ByteBuffer ext) {
        return BtfExt.parse(new ByteReader("test", ".BTF.ext", ext.rewind(), ByteOrder.LITTLE_ENDIAN), btf);
    }

    private void assertFails(final ByteBuffer ext, final String message) {
        assertThatThrownBy(() -> parse(ext))
                .isInstanceOf(ObjectFileException.class)
                .hasMessage(message);
    }
}
