package io.xdp4j.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.xdp4j.bpf.insn.InsnSlot;
import io.xdp4j.bpf.insn.Opcode;
import org.junit.jupiter.api.Test;

final class GlobalSectionsTest {

    private final BpfObject object = TestObjects.parse("globals.o");

    private MapSpec map(final String name) {
        return TestObjects.map(object, name);
    }

    @Test
    void readsLicenceAndVersion() {
        assertThat(object.license()).isEqualTo("Dual BSD/GPL");
        assertThat(object.kernelVersion()).isEqualTo(0x060c00);
    }

    @Test
    void makesOneMapOfEachSection() {
        assertThat(object.maps()).containsOnlyKeys("table", ".data", ".data.custom", ".rodata", ".bss", ".kconfig");
        assertThat(map(".data").global()).isEqualTo(MapSpec.Global.DATA);
        assertThat(map(".data").type()).isEqualTo(MapType.ARRAY);
        assertThat(map(".data").maxEntries()).isEqualTo(1);
        assertThat(map(".data").flags()).isEqualTo(MapSpec.MMAPABLE);
        assertThat(TestObjects.contents(map(".data")))
                .containsExactly("00000000=07000000" + "05000000" + "06000000" + "03000000");
        assertThat(TestObjects.contents(map(".data.custom"))).containsExactly("00000000=8877665544332211");
    }

    @Test
    void protectsConstants() {
        assertThat(map(".rodata").global()).isEqualTo(MapSpec.Global.RODATA);
        assertThat(map(".rodata").flags()).isEqualTo(MapSpec.RDONLY_PROG | MapSpec.MMAPABLE);
        assertThat(TestObjects.contents(map(".rodata")))
                .containsExactly("00000000=09000000" + "010203" + "666972737420" + "25640a00");
    }

    @Test
    void leavesZerosOut() {
        assertThat(map(".bss").valueSize()).isEqualTo(40);
        assertThat(map(".bss").contents()).isEmpty();
        assertThat(map(".bss").global()).isEqualTo(MapSpec.Global.BSS);
        assertThat(map(".bss").flags()).isZero();
    }

    @Test
    void listsVariables() {
        assertThat(object.variables().values())
                .extracting(variable ->
                        variable.name() + " " + variable.map() + "+" + variable.offset() + ":" + variable.size())
                .containsExactly(
                        "shared .data+0:4",
                        "first .data+4:4",
                        "second .data+8:4",
                        "add.calls .data+12:4",
                        "custom .data.custom+0:8",
                        "setting .rodata+0:4",
                        "letters .rodata+4:3",
                        "variables.____fmt .rodata+7:10",
                        "zeros .bss+0:40",
                        "LINUX_KERNEL_VERSION .kconfig+0:4",
                        "CONFIG_ABSENT .kconfig+4:1",
                        "CONFIG_NAME .kconfig+5:16");
    }

    @Test
    void resolvesVariablesToSectionAndOffset() {
        final ProgramSpec program = TestObjects.program(object, "variables");
        assertThat(program.references())
                .filteredOn(reference ->
                        reference.pc() < program.subprograms().getFirst().length())
                .extracting(reference -> {
                    final var to = (Reference.ToMapValue) reference;
                    return to.map() + "+" + to.offset();
                })
                .containsExactly(".data+4", ".bss+0", ".data.custom+0", ".rodata+7", ".data+8");
        for (final Reference reference : program.references()) {
            assertThat(InsnSlot.src(program.code()[reference.pc()])).isEqualTo(Opcode.PSEUDO_MAP_VALUE);
            assertThat(InsnSlot.imm(program.code()[reference.pc()])).isZero();
            assertThat(InsnSlot.imm(program.code()[reference.pc() + 1]))
                    .isEqualTo(((Reference.ToMapValue) reference).offset());
        }
    }

    @Test
    void refersToTheKernelByName() {
        final ProgramSpec program = TestObjects.program(object, "externs");
        assertThat(program.references())
                .extracting(reference -> switch (reference) {
                    case Reference.ToMap to -> to.map();
                    case Reference.ToMapValue to -> to.map() + "+" + to.offset();
                    case Reference.ToKfunc to -> to.name() + "()" + (to.weak() ? " weak" : "");
                    case Reference.ToKsym to -> "&" + to.name() + (to.weak() ? " weak" : "");
                })
                .containsExactlyInAnyOrder(
                        ".kconfig+4",
                        ".kconfig+5",
                        ".kconfig+0",
                        "kernel_function()",
                        "&absent_variable weak",
                        "&absent_function weak",
                        "absent_function() weak",
                        "&runqueues");
    }

    @Test
    void readsObjectsWithoutTypes() {
        final BpfObject plain = TestObjects.parse("globals-without-types.o");
        assertThat(plain.btf()).isNull();
        assertThat(plain.variables().values())
                .contains(
                        new BpfObject.Variable("first", ".data", 4, 4, 0),
                        new BpfObject.Variable("setting", ".rodata", 0, 4, 0));
        assertThat(TestObjects.contents(TestObjects.map(plain, ".data"))).isEqualTo(TestObjects.contents(map(".data")));
        final ProgramSpec program = TestObjects.program(plain, "variables");
        assertThat(program.code())
                .isEqualTo(TestObjects.program(object, "variables").code());
        assertThat(program.lines()).isEmpty();
    }

    @Test
    void setsVariables() {
        final BpfObject changed = object.withVariable("second", new byte[] {1, 2, 3, 4})
                .withVariable("zeros", new byte[40])
                .withVariable("setting", new byte[] {-1, 0, 0, 0});
        assertThat(TestObjects.contents(TestObjects.map(changed, ".data")))
                .containsExactly("00000000=07000000" + "05000000" + "01020304" + "03000000");
        assertThat(TestObjects.contents(TestObjects.map(changed, ".bss")))
                .containsExactly("00000000=" + "00".repeat(40));
        assertThat(TestObjects.contents(TestObjects.map(changed, ".rodata")).getFirst())
                .startsWith("00000000=ff000000");
        assertThat(TestObjects.contents(map(".data")).getFirst()).contains("06000000");
    }

    @Test
    void rejectsValuesThatDoNotFit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> object.withVariable("second", new byte[8]))
                .withMessage("variable has another size: variable=second, value=8 bytes, size=4 bytes");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TestObjects.parse("maps.o").withVariable("x", new byte[1]))
                .withMessage("no such variable: variable=x (declared: none)");
    }
}
