package io.xdp4j.tests.asm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.xdp4j.bpf.asm.Disassembler;
import io.xdp4j.bpf.insn.AluOp;
import io.xdp4j.bpf.insn.ByteOrderOp;
import io.xdp4j.bpf.insn.Condition;
import io.xdp4j.bpf.insn.Decoder;
import io.xdp4j.bpf.insn.Encoder;
import io.xdp4j.bpf.insn.Insn;
import io.xdp4j.bpf.insn.InsnSlot;
import io.xdp4j.bpf.insn.InvalidInsnException;
import io.xdp4j.bpf.insn.Opcode;
import io.xdp4j.bpf.insn.Operand;
import io.xdp4j.bpf.insn.Pseudo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Our text against LLVM 16's. It differs on purpose where LLVM says less or depends on options: helpers have their names,
 * calls say what they call, pseudo loads are spelled out, 64-bit immediates are unsigned hexadecimal, and registers of
 * loads and stores are {@code r} whatever the size (LLVM: with {@code alu32}, {@code w}). Instructions that LLVM 16 does
 * not know are left out; its assembler's newer releases are the model for those.
 */
final class LlvmTest {

    private static final String OBJDUMP = "llvm-objdump-16";
    private static final String MC = "llvm-mc-16";
    private static final Pattern LISTED = Pattern.compile("\\s*\\d+:\\t((?:[0-9a-f]{2} )*[0-9a-f]{2})\\t(.*)");
    private static final Pattern MARKER = Pattern.compile("\\s*r9 = (\\d+)");

    @TempDir
    Path folder = Path.of("");

    @Test
    void printsACommittedObjectAsObjdumpDoes() throws Exception {
        final Path object = Path.of("../examples/firewall/firewall.bpf.o");
        final List<String> theirs = run(OBJDUMP, "-d", "--no-print-imm-hex", "--mattr=+alu32", object.toString());
        int compared = 0;
        for (final String line : theirs) {
            final Matcher listed = LISTED.matcher(line);
            if (listed.matches()) {
                final Insn insn =
                        Decoder.decode(slots(HexFormat.ofDelimiter(" ").parseHex(listed.group(1))), 0);
                if (!(insn instanceof Insn.LoadImm64 load && load.kind() != Pseudo.NUMBER)) {
                    assertThat(asLlvm(insn)).isEqualTo(listed.group(2).replaceFirst(" <[^<>]+>$", ""));
                    compared++;
                }
            }
        }
        assertThat(compared).isGreaterThan(50);
    }

    @Test
    void printsEveryInstructionThatLlvmKnowsAsLlvmDoes() throws Exception {
        final List<Insn> insns = insns();
        final StringBuilder input = new StringBuilder();
        for (int i = 0; i < insns.size(); i++) {
            line(input, InsnSlot.of(Opcode.CLASS_ALU64 | Opcode.MOV, 9, 0, 0, i));
            line(input, Encoder.encode(List.of(insns.get(i))));
        }
        final Path file = folder.resolve("insns.txt");
        Files.writeString(file, input);
        final List<String> theirs = run(MC, "--disassemble", "-triple=bpfel", "-mattr=+alu32", file.toString());
        int compared = 0;
        for (int at = 0; at + 1 < theirs.size(); at++) {
            final Matcher marker = MARKER.matcher(theirs.get(at));
            if (marker.matches() && !MARKER.matcher(theirs.get(at + 1)).matches()) {
                final Insn insn = insns.get(Integer.parseInt(marker.group(1)));
                assertThat(asLlvm(insn)).isEqualTo(theirs.get(at + 1).strip());
                compared++;
            }
        }
        assertThat(compared).isEqualTo(insns.size());
    }

    private static List<Insn> insns() {
        final List<Insn> insns = new ArrayList<>();
        for (int opcode = 0; opcode < 256; opcode++) {
            for (final int src : new int[] {0, 1, 2, 7}) {
                for (final int offset : new int[] {0, 1, -8, 32767, -32768}) {
                    for (final int imm : new int[] {0, 1, 16, 64, -1, 0x41, 0xa0, 0xe1, 0xf1, Integer.MIN_VALUE}) {
                        final long slot = InsnSlot.of(opcode, opcode >>> 4 < 8 ? 3 : 0, src, offset, imm);
                        final long[] code = InsnSlot.isWide(slot)
                                ? new long[] {slot, InsnSlot.of(0, 0, 0, 0, imm / 3)}
                                : new long[] {slot};
                        try {
                            final Insn insn = Decoder.decode(code, 0);
                            if (isKnownToLlvm16(insn)) {
                                insns.add(insn);
                            }
                        } catch (final InvalidInsnException _) {
                            // not an instruction
                        }
                    }
                }
            }
        }
        assertThat(insns).hasSizeGreaterThan(1_500);
        return insns;
    }

    private static boolean isKnownToLlvm16(final Insn insn) {
        return switch (insn) {
            case Insn.Alu alu -> alu.op() != AluOp.SDIV && alu.op() != AluOp.SMOD;
            case Insn.SwapBytes swap -> swap.op() != ByteOrderOp.SWAP;
            case Insn.Load load -> !load.signed();
            case Insn.Store store -> store.source() instanceof Operand.Register;
            case Insn.JumpIf jump -> jump.condition() != Condition.SET;
            case Insn.Jump jump -> !jump.wide();
            case Insn.LegacyPacketLoad load -> !load.indirect() || load.imm() == 0;
            case Insn.Move _,
                    Insn.Negate _,
                    Insn.LoadImm64 _,
                    Insn.Atomic _,
                    Insn.HelperCall _,
                    Insn.FunctionCall _,
                    Insn.KfuncCall _,
                    Insn.Exit _ -> true;
            case Insn.MoveSigned _,
                    Insn.AddressSpaceCast _,
                    Insn.LoadAcquire _,
                    Insn.StoreRelease _,
                    Insn.MayGoto _,
                    Insn.RegisterCall _ -> false;
        };
    }

    /** Our text with the differences taken out that the class comment names. */
    private static String asLlvm(final Insn insn) {
        final String ours = Disassembler.text(insn);
        return switch (insn) {
            case Insn.HelperCall(int id) -> "call " + id;
            case Insn.FunctionCall(int offset) -> "call " + offset;
            case Insn.KfuncCall(int id, int _) -> "call " + id;
            case Insn.LoadImm64 load ->
                load.kind() == Pseudo.NUMBER
                        ? "r" + load.dst() + " = " + load.value() + " ll"
                        : "ld_pseudo\tr" + load.dst() + ", " + load.kind().ordinal() + ", "
                                + Integer.toUnsignedString(load.low());
            case Insn.Load load -> load.size().bytes() == 8 ? ours : ours.replaceFirst("^r", "w");
            case Insn.Store store -> store.size().bytes() == 8 ? ours : ours.replaceFirst("= r", "= w");
            default -> ours;
        };
    }

    private static void line(final StringBuilder out, final long... slots) {
        for (final long slot : slots) {
            for (int i = 0; i < 8; i++) {
                out.append(out.isEmpty() || out.charAt(out.length() - 1) == '\n' ? "0x" : ",0x")
                        .append(Integer.toHexString((int) (slot >>> (8 * i)) & 0xff));
            }
        }
        out.append('\n');
    }

    private static long[] slots(final byte[] bytes) {
        final long[] slots = new long[bytes.length / 8];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(slots);
        return slots;
    }

    private List<String> run(final String... command) throws IOException, InterruptedException {
        final Path output = folder.resolve("output.txt");
        final Process process;
        try {
            process = new ProcessBuilder(command)
                    .redirectOutput(output.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (final IOException e) {
            assumeTrue(false, command[0] + " is not installed: " + e.getMessage());
            throw e;
        }
        assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
        return Files.readAllLines(output);
    }
}
