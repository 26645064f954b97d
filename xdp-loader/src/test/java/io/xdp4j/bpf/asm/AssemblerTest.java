package io.xdp4j.bpf.asm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.bpf.Reference;
import io.xdp4j.bpf.insn.Decoder;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AssemblerTest {

    /** Spellings of LLVM, the kernel's log and bpftool, and what we print for them. */
    @ParameterizedTest
    @CsvSource(delimiterString = " => ", textBlock = """
        r1 = 0x5 => r1 = 5
        r1 = -0x80000000 => r1 = -2147483648
        w1 = 4294967295 => w1 = -1
        r1 = 0xffffffff => r1 = -1
        r1=5 => r1 = 5
        r1 = +5 => r1 = 5
        r2 += -1 => r2 += -1
        w2 &= 0xff => w2 &= 255
        r1 s>>= r2 => r1 s>>= r2
        r1 s/= 3 => r1 s/= 3
        w1 s%= w2 => w1 s%= w2
        w3 = *(u32 *)(r1 + 0x4) => r3 = *(u32 *)(r1 + 4)
        r3 = *(u32 *)(r1 +4) => r3 = *(u32 *)(r1 + 4)
        r3 = *(u32 *)(r1 -4) => r3 = *(u32 *)(r1 - 4)
        r3 = *(u32*)(r1) => r3 = *(u32 *)(r1 + 0)
        r2 = *(s16 *)(r1 + 0) => r2 = *(s16 *)(r1 + 0)
        *(u8 *)(r10 - 1) = w7 => *(u8 *)(r10 - 1) = r7
        *(u8 *)(r10 -1) = 7 => *(u8 *)(r10 - 1) = 7
        lock *(u32 *)(r1 + 0x0) += r2 => lock *(u32 *)(r1 + 0) += w2
        r2 = atomic64_fetch_add((u64 *)(r1 +0), r2) => r2 = atomic_fetch_add((u64 *)(r1 + 0), r2)
        r2 = atomic_fetch_xor((u32 *)(r1 +0), r2) => w2 = atomic_fetch_xor((u32 *)(r1 + 0), w2)
        r0 = atomic64_cmpxchg((u64 *)(r1 +8), r0, r2) => r0 = cmpxchg_64(r1 + 8, r0, r2)
        r0 = atomic_cmpxchg((u32 *)(r1 +8), r0, r2) => w0 = cmpxchg32_32(r1 + 8, w0, w2)
        r1 = atomic64_xchg((u64 *)(r2 -8), r1) => r1 = xchg_64(r2 - 8, r1)
        w1 = xchg32_32(r2 - 8, w1) => w1 = xchg32_32(r2 - 8, w1)
        r1 = load_acquire((u32 *)(r2 +0)) => w1 = load_acquire((u32 *)(r2 + 0))
        store_release((u8 *)(r2 -1), r3) => store_release((u8 *)(r2 - 1), w3)
        r1 = 5 ll => r1 = 0x5 ll
        r1 = -0x1 ll => r1 = 0xffffffffffffffff ll
        r1 = 1234605616436508552 ll => r1 = 0x1122334455667788 ll
        if r1 s> 0x5 goto +0x3 <foo+0x28> => if r1 s> 5 goto +3
        if w1 == 0xffffffff goto pc-2 => if w1 == -1 goto -2
        if r1 & r2 goto pc+1 => if r1 & r2 goto +1
        goto pc+1 => goto +1
        gotol +70000 => gotol +70000
        may_goto pc+1 => may_goto +1
        call 0xc => call tail_call#12
        call bpf_tail_call#12 => call tail_call#12
        call tail_call => call tail_call#12
        call unknown#195896080 => call 195896080
        call 300 => call 300
        call -1 => call -1
        call pc+4 => call pc+4
        call pc-4#bpf_prog_f => call pc-4
        call kfunc#71 => call kfunc#71
        call kfunc#71@2 => call kfunc#71@2
        callx r3 => callx r3
        r0 = *(u8 *)skb[12] => r0 = *(u8 *)skb[12]
        r0 = *(u16 *)skb[r1] => r0 = *(u16 *)skb[r1]
        r0 = *(u16 *)skb[r1 - 4] => r0 = *(u16 *)skb[r1 - 4]
        r1 = be16 r1 => r1 = be16 r1
        r1 = bswap32 r1 => r1 = bswap32 r1
        w1 = -w1 => w1 = -w1
        r1 = (s32)r2 => r1 = (s32)r2
        r1 = addr_space_cast(r2, 0x0, 0x1) => r1 = addr_space_cast(r2, 0, 1)
        r1 = map[fd:5] => r1 = map[fd:5]
        r1 = map[idx:5][0]+4294967295 => r1 = map[idx:5][0]+4294967295
        r1 = map[fd:5][0] => r1 = map[fd:5][0]+0
        r1 = btf[id:7,fd:3] => r1 = btf[id:7,fd:3]
        r1 = subprog[+4] => r1 = subprog[+4]
        '  17: (b7) r0 = 1' => r0 = 1
        '      17:\tb7 00 00 00 01 00 00 00\tr0 = 1' => r0 = 1
        '3: exit ; leave' => exit
        'exit // leave' => exit
        'exit # leave' => exit
        'f: exit' => exit
        '0000000000000000 <f>: exit' => exit
        """)
    void readsEverySpelling(final String text, final String printed) {
        final Assembly assembly = Assembler.assemble(text.replace("\\t", "\t"));
        assertThat(Disassembler.text(Decoder.decode(assembly.code(), 0))).isEqualTo(printed);
    }

    @ParameterizedTest
    @CsvSource(delimiterString = " => ", textBlock = """
        r11 = 5 => column 1: unknown register: r11 (r0 to r10)
        r1 = w11 => column 6: unknown register: w11 (w0 to w10)
        r1 = r99999999999 => column 6: unknown register: r99999999999 (r0 to r10)
        r1 += w2 => column 7: register has the wrong width: w2 (r2 here)
        w1 = (s32)w2 => column 7: no sign extension from 32 to 32 bits: s32 (s8 or s16)
        r1 = 4294967296 => column 6: number needs more than 32 bits: 4294967296 (64 bits: r1 = 4294967296 ll)
        r1 = 99999999999999999999 ll => column 6: not a number of at most 64 bits: 99999999999999999999
        r1 = 0xzz => column 6: not a number of at most 64 bits: 0xzz
        r1 => column 3: expected =, found end of line
        r1 = => column 5: expected a register, a number or a load, found end of line
        r1 ?? 5 => column 4: expected =, found ?? 5
        r1 = 5 6 => column 8: unexpected text: 6
        nop => column 1: unknown instruction: nop
        .text => column 1: unknown instruction: .text
        if r1 = 5 goto +1 => column 7: expected a comparison (== != > >= < <= s> s>= s< s<= &), found = 5 goto +1
        if r1 == 5 => column 11: expected goto, found end of line
        goto 5 => column 6: expected a label or an offset (+3), found 5
        goto +40000 => column 6: jump out of range: 40000 (-32768 to 32767)
        goto nowhere => column 6: unknown label: nowhere
        call nobody => column 6: unknown function: nobody (neither a label nor a helper)
        call map_lookup_elem#2 => column 6: helper has another number: map_lookup_elem#1
        callx w3 => column 7: register has the wrong width: w3 (r3 here)
        r1 = *(u24 *)(r2 + 0) => column 8: expected u8, u16, u32 or u64, found u24
        r1 = *(u8 *)(r2 + 40000) => column 17: offset out of range: 40000 (-32768 to 32767)
        w1 = *(s8 *)(r2 + 0) => column 1: register has the wrong width: w1 (r1 here)
        r1 = *(s64 *)(r2 + 0) => column 14: no sign-extending load of 8 bytes: s64 (u64)
        *(u64 *)(r1 + 0) = w2 => column 20: register has the wrong width: w2 (r2 here)
        lock *(u8 *)(r1 + 0) += w2 => column 22: no atomic operation of this size: u8 (u32 or u64)
        r3 = atomic_fetch_add((u64 *)(r1 + 0), r2) => column 40: fetched value goes to its own source register: r2
        r1 = cmpxchg_64(r1 + 0, r0, r2) => column 25: compare-and-exchange compares and sets r0
        r1 = atomic_fetch_nand((u64 *)(r1 + 0), r1) => column 6: unknown atomic operation: atomic_fetch_nand
        r1 = -r2 => column 7: both registers must be the same: r1, r2
        r1 = be16 r2 => column 11: both registers must be the same: r1, r2
        r1 = be24 r1 => column 6: byte swap must be of 16, 32 or 64 bits: be24
        r1 = ports => column 6: unknown operand: ports (a map: map[name])
        r1 = map[id:5] => column 10: map id cannot be loaded: 5 (map[name] or map[fd:5])
        r1 = map[x][1] => column 13: index of a map value out of range: 1 (0 to 0)
        w1 = map[x] => column 1: register has the wrong width: w1 (r1 here)
        r1 = addr_space_cast(r2, 1, 1) => column 29: address space out of range: 1 (0 to 0)
        r2 = *(u8 *)skb[0] => column 16: packet loads go to r0 and are of u8, u16 or u32
        r1: exit => column 1: label must not be a register or a number: r1
        """)
    void saysWhatIsWrongAndWhere(final String text, final String message) {
        assertThatThrownBy(() -> Assembler.assemble(text))
                .isInstanceOf(AssemblyException.class)
                .hasMessage("line 1, " + message);
    }

    @Test
    void countsLinesAndColumns() {
        assertThatThrownBy(() -> Assembler.assemble("r0 = 0\n; comment\n  r1 = r11\n"))
                .hasMessage("line 3, column 8: unknown register: r11 (r0 to r10)");
        assertThatThrownBy(() -> Assembler.assemble("a:\nexit\na:\n")).hasMessage("line 3, column 1: label twice: a");
    }

    @Test
    void rejectsLabelsBeyondTheReachOfAShortJump() {
        final String far = "exit\n".repeat(40_000);
        assertThatThrownBy(() -> Assembler.assemble("goto out\n" + far + "out: exit"))
                .hasMessage("line 1, column 6: label too far: out, offset=40000 slots (at most 32767; jump there with"
                        + " gotol)");
        assertThat(Assembler.assemble("gotol out\n" + far + "out: exit").code()[0])
                .isEqualTo(0x9c40_0000_0006L);
    }

    @Test
    void aLabelComesBeforeAHelperOfTheSameName() {
        assertThat(new Disassembler()
                        .text(Assembler.assemble("call loop\nexit\nloop:\nexit").code()))
                .isEqualTo("call pc+1\nexit\nexit\n");
    }

    @Test
    void readsMapsAsLlvmWritesThem() {
        final Assembly assembly = Assembler.assemble("r0 = 0\nr1 = ports ll\nexit");
        assertThat(assembly.references()).containsExactly(new Reference.ToMap(1, "ports"));
        assertThat(assembly.code()[1]).isEqualTo(0x1118L);
    }

    @Test
    void givesTheBytesOfAnObjectFile() {
        assertThat(Assembler.assemble("r1 = 5\nexit").bytes())
                .containsExactly(0xb7, 1, 0, 0, 5, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0);
    }

    @Test
    void anEmptyTextIsAnEmptyProgram() {
        assertThat(Assembler.assemble("\n  ; nothing\n").code()).isEmpty();
        assertThat(Assembler.assemble("").functions()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "r1 = *(",
                "r1 = *",
                "r1 = (",
                "lock",
                "*",
                "if",
                "call kfunc",
                "call kfunc[",
                "r1 = map[",
                "r1 = map[x",
                "r1 = subprog[",
                "r1 = btf[id:1,",
                "store_release(",
                "r1 = xchg_64(",
                "goto +1 <x",
                ":",
                "::",
                "1:2:3:",
                "(b7)",
                "b7 00",
                "\u0000",
                "r1 = \ud83d\ude00",
                "-",
                "r1 = -",
                "r1 = - -1",
                ".quad",
                "call -",
                "<f>:"
            })
    void brokenLinesAreOneLineErrors(final String text) {
        assertThatThrownBy(() -> Assembler.assemble("exit\n" + text + "\n"))
                .isInstanceOf(AssemblyException.class)
                .hasMessageStartingWith("line 2, column ")
                .message()
                .doesNotContain("\n")
                .hasSizeLessThan(200);
    }

    @Test
    void survivesMutatedText() {
        final SplittableRandom random = new SplittableRandom(3);
        final String alphabet = "rw0159 =+-*/<>s&()[]#:;xgotolcalimufd_\n.,%^|!\t";
        final String text = """
            f: r1 = map[ports][0]+16
            if r1 s> 5 goto f
            r2 = atomic_fetch_add((u64 *)(r1 + 0), r2)
            w0 = cmpxchg32_32(r1 + 0, w0, w2)
            store_release((u8 *)(r2 - 1), w3)
            call kfunc#71@2
            r0 = *(u16 *)skb[r1 - 4]
            exit
            """;
        for (int i = 0; i < 5_000; i++) {
            final StringBuilder mutated = new StringBuilder(text);
            for (int edits = random.nextInt(1, 6); edits > 0; edits--) {
                final int at = random.nextInt(mutated.length());
                if (random.nextBoolean()) {
                    mutated.setCharAt(at, alphabet.charAt(random.nextInt(alphabet.length())));
                } else {
                    mutated.delete(at, Math.min(mutated.length(), at + random.nextInt(4)));
                }
            }
            try {
                new Disassembler()
                        .withLabels(List.of())
                        .text(Assembler.assemble(mutated.toString()).code());
            } catch (final AssemblyException e) {
                assertThat(e.getMessage()).startsWith("line ").doesNotContain("\n");
            }
        }
    }
}
