package io.xdp4j.bpf.insn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DecoderTest {

    @Test
    void decodingAndEncodingGiveBackEverySlot() {
        final List<long[]> all = EveryInsn.slots();
        for (final long[] slots : all) {
            final Insn insn = Decoder.decode(slots, 0);
            if (!Arrays.equals(Encoder.encode(List.of(insn)), slots)) {
                assertThat(Encoder.encode(List.of(insn))).as(insn.toString()).isEqualTo(slots);
            }
            assertThat(insn.slots()).isEqualTo(slots.length);
            assertThat(insn.group()).isNotNull();
        }
        assertThat(all).hasSizeGreaterThan(20_000);
    }

    @Test
    void knowsExactlyTheOpcodesThatTheRfcAndTheKernelDefine() {
        final BitSet opcodes = new BitSet();
        EveryInsn.slots().forEach(slots -> opcodes.set(InsnSlot.opcode(slots[0])));
        // ALU 27, ALU64 26, JMP 27, JMP32 23, LD 7, LDX 7, ST 4, STX 8
        final int[] byClass = new int[8];
        opcodes.stream().forEach(opcode -> byClass[opcode & Opcode.CLASS_MASK]++);
        assertThat(byClass).containsExactly(7, 7, 4, 8, 27, 27, 23, 26);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        00000000000000ff | unknown opcode: opcode=0xff
        0000000000000000 | unknown opcode: opcode=0x00
        000000000000008c | unknown opcode: opcode=0x8c
        0000001000000004 | -
        00000010000000df | unknown opcode: opcode=0xdf
        0000000000000bbf | unknown register: dst=r11 (r0 to r10)
        000000000000b0bf | unknown register: src=r11 (r0 to r10)
        0000000000000abf | frame pointer is read-only: write to r10
        0000000000000a87 | frame pointer is read-only: write to r10
        0000000000000a79 | frame pointer is read-only: write to r10
        000000010000a1db | frame pointer is read-only: write to r10
        000001000000010b | unknown opcode: opcode=0x0b
        0000010000001adb | frame pointer is read-only: write to r10
        000000050000000f | reserved field is not zero: imm=5, opcode=0x0f
        0000000000003007 | reserved field is not zero: src=3, opcode=0x07
        0000000000010007 | reserved field is not zero: offset=1, opcode=0x07
        0000000000020037 | unknown division: offset=2 (0 unsigned, 1 signed)
        00000000002000bc | unknown sign extension: offset=32 (0, 8, 16; 32 where 64 bits wide)
        00000000000800b7 | reserved field is not zero: offset=8, opcode=0xb7
        00000002000100bf | address space cast must be between 0 and 1: imm=0x2
        00000008000000d4 | byte swap must be of 16, 32 or 64 bits: imm=8
        0000000100000087 | reserved field is not zero: imm=1, opcode=0x87
        0000000000000099 | unknown opcode: opcode=0x99
        0000000100000063 | reserved field is not zero: imm=1, opcode=0x63
        0000000000001062 | reserved field is not zero: src=1, opcode=0x62
        00000002000000db | unknown atomic operation: imm=0x2
        000000e0000000db | unknown atomic operation: imm=0xe0
        00000000000000d3 | no atomic read-modify-write of this size: size=1 bytes (4 or 8)
        0000010100000063 | reserved field is not zero: imm=257, opcode=0x63
        0000000000000105 | reserved field is not zero: dst=1, opcode=0x05
        0000000000010006 | reserved field is not zero: offset=1, opcode=0x06
        000000000000000d | indirect jump not supported: opcode=0x0d (gotox)
        0000000000000086 | unknown opcode: opcode=0x86
        0000000100000095 | reserved field is not zero: imm=1, opcode=0x95
        0000000100003085 | unknown kind of call: src=3 (0 helper, 1 function, 2 kernel function)
        0000000100010085 | reserved field is not zero: offset=1, opcode=0x85
        00000001ffff2085 | kernel function's BTF index must not be negative: offset=-1
        000000030000008d | callx has its register in the immediate: imm=3 (old encoding: compile with clang 19 or newer)
        00000001000010e5 | reserved field is not zero: src=1, opcode=0xe5
        0000000000001020 | reserved field is not zero: src=1, opcode=0x20
        0000000000000038 | unknown opcode: opcode=0x38
        0000000000000018 | 64-bit immediate load has no second slot: program=1 slots
        0000000000007018 | unknown kind of 64-bit immediate load: src=7 (0 to 6)
        """)
    void namesTheFieldThatIsWrong(final String slot, final String reason) {
        final long[] code = {Long.parseUnsignedLong(slot, 16)};
        if (reason.equals("-")) {
            assertThat(Decoder.decode(code, 0)).isEqualTo(new Insn.Alu(AluOp.ADD, Width.W32, 0, Operand.immediate(16)));
            return;
        }
        assertThatThrownBy(() -> Decoder.decode(code, 0))
                .isInstanceOf(InvalidInsnException.class)
                .hasMessage("pc=0: " + reason);
    }

    @Test
    void rejectsMalformedSecondSlots() {
        final long first = InsnSlot.of(Opcode.LD_IMM64, 1, 0, 0, 7);
        assertThatThrownBy(() -> Decoder.decode(new long[] {first, InsnSlot.of(0, 1, 0, 0, 0)}))
                .hasMessage(
                        "pc=0: second slot of a 64-bit immediate load must be zero but for its immediate: slot=0x100");
        final long map = InsnSlot.withSrc(first, Opcode.PSEUDO_MAP_FD);
        assertThatThrownBy(() -> Decoder.decode(new long[] {map, InsnSlot.of(0, 0, 0, 0, 9)}))
                .hasMessage("pc=0: reserved upper half is not zero: imm=9, src=1");
    }

    @Test
    void decodesAWholeProgramWithNothingAtSecondSlots() {
        final List<Insn> insns = List.of(
                new Insn.LoadImm64(1, Pseudo.NUMBER, 0x5566_7788, 0x1122_3344),
                new Insn.Move(Width.W64, 0, Operand.register(1)),
                new Insn.Exit());
        final long[] code = Encoder.encode(insns);
        assertThat(code).hasSize(4);
        assertThat(Decoder.decode(code)).containsExactly(insns.get(0), null, insns.get(1), insns.get(2));
        assertThat(((Insn.LoadImm64) insns.get(0)).value()).isEqualTo(0x1122_3344_5566_7788L);
    }

    @Test
    void encoderRefusesWhatFieldsCannotHold() {
        assertThatThrownBy(() -> Encoder.encode(List.of(new Insn.Jump(32768, false))))
                .hasMessage("offset needs more than 16 bits: offset=32768");
        assertThatThrownBy(() -> Encoder.encode(List.of(new Insn.Negate(Width.W64, 11))))
                .hasMessage("unknown register: register=11 (0 to 10)");
        assertThatThrownBy(() -> Encoder.encode(List.of(new Insn.MoveSigned(Width.W32, 1, 1, 32))))
                .hasMessage("no sign extension: from=32 bits, to=32 bits");
    }

    @Test
    void sortsInstructionsIntoTheGroupsOfTheRfc() {
        assertThat(Arrays.asList(
                        new Insn.Alu(AluOp.ADD, Width.W32, 0, Operand.immediate(1)).group(),
                        new Insn.Alu(AluOp.SMOD, Width.W32, 0, Operand.immediate(1)).group(),
                        new Insn.Alu(AluOp.MUL, Width.W64, 0, Operand.immediate(1)).group(),
                        new Insn.SwapBytes(ByteOrderOp.BIG, 0, 32).group(),
                        new Insn.SwapBytes(ByteOrderOp.LITTLE, 0, 64).group(),
                        new Insn.Load(Size.DW, false, 0, 1, 0).group(),
                        new Insn.Load(Size.W, true, 0, 1, 0).group(),
                        new Insn.Jump(0, true).group(),
                        new Insn.JumpIf(Condition.EQ, Width.W64, 0, Operand.register(1), 0).group(),
                        new Insn.Atomic(AtomicOp.ADD, false, Width.W32, 1, 0, 2).group(),
                        new Insn.Atomic(AtomicOp.CMPXCHG, true, Width.W64, 1, 0, 2).group(),
                        new Insn.LegacyPacketLoad(Size.B, false, 0, 12).group(),
                        new Insn.RegisterCall(3).group(),
                        new Insn.LoadAcquire(Size.B, 0, 1, 0).group()))
                .containsExactly(
                        ConformanceGroup.BASE32,
                        ConformanceGroup.DIVMUL32,
                        ConformanceGroup.DIVMUL64,
                        ConformanceGroup.BASE32,
                        ConformanceGroup.BASE64,
                        ConformanceGroup.BASE64,
                        ConformanceGroup.BASE32,
                        ConformanceGroup.BASE32,
                        ConformanceGroup.BASE64,
                        ConformanceGroup.ATOMIC32,
                        ConformanceGroup.ATOMIC64,
                        ConformanceGroup.PACKET,
                        ConformanceGroup.CALLX,
                        ConformanceGroup.LINUX);
    }
}
