package io.xdp4j.bpf.asm;

import io.xdp4j.bpf.Reference;
import io.xdp4j.bpf.insn.AluOp;
import io.xdp4j.bpf.insn.AtomicOp;
import io.xdp4j.bpf.insn.ByteOrderOp;
import io.xdp4j.bpf.insn.Insn;
import io.xdp4j.bpf.insn.Operand;
import io.xdp4j.bpf.insn.Pseudo;
import io.xdp4j.bpf.insn.Size;
import io.xdp4j.bpf.insn.Width;
import org.jspecify.annotations.Nullable;

/** Reads an instruction that starts with a register: arithmetic, moves, loads, and atomics that fetch. */
final class AssignmentParser {

    private static final long MAX_U32 = 0xffff_ffffL;

    private final Cursor cursor;
    private final InsnParser insn;
    private Cursor.Register dst;

    AssignmentParser(final Cursor cursor, final InsnParser insn) {
        this.cursor = cursor;
        this.insn = insn;
        this.dst = cursor.register();
    }

    Insn parse() {
        for (final AluOp op : AluOp.values()) {
            if (cursor.accept(op.symbol())) {
                return new Insn.Alu(op, dst.width(), dst.number(), insn.operand(dst.width()));
            }
        }
        cursor.expect("=");
        if (cursor.accept("*")) {
            return load();
        }
        if (cursor.accept("(")) {
            return moveSigned();
        }
        final int start = cursor.position();
        if (cursor.accept("-") && cursor.atRegister()) {
            return negate();
        }
        cursor.back(start);
        if (cursor.atRegister()) {
            return new Insn.Move(dst.width(), dst.number(), insn.operand(dst.width()));
        }
        if (!cursor.atDigit() && !cursor.accept("-") && !cursor.accept("+")) {
            return named();
        }
        cursor.back(start);
        return number();
    }

    private Insn number() {
        final int start = cursor.position();
        final long value = cursor.literal().value();
        if (cursor.accept("ll")) {
            return wide(Pseudo.NUMBER, (int) value, (int) (value >>> 32));
        }
        cursor.back(start);
        return new Insn.Move(dst.width(), dst.number(), Operand.immediate(cursor.imm32(dst.width() == Width.W32)));
    }

    private Insn negate() {
        same(cursor.register());
        return new Insn.Negate(dst.width(), dst.number());
    }

    private Insn moveSigned() {
        final int column = cursor.column();
        final String type = cursor.word();
        final int bits = switch (type) {
            case "s8" -> 8;
            case "s16" -> 16;
            case "s32" -> 32;
            default -> throw cursor.error(column, "expected s8, s16 or s32, found " + Cursor.quote(type));
        };
        if (bits == 32 && dst.width() == Width.W32) {
            throw cursor.error(column, "no sign extension from 32 to 32 bits: s32 (s8 or s16)");
        }
        cursor.expect(")");
        final int src = cursor.register().must(dst.width(), cursor).number();
        return new Insn.MoveSigned(dst.width(), dst.number(), src, bits);
    }

    private Insn load() {
        final int start = cursor.position();
        final boolean signed = cursor.accept("(") && cursor.word().startsWith("s");
        cursor.back(start);
        final Size size = insn.pointer(signed);
        if (cursor.accept("skb")) {
            return packetLoad(size, signed);
        }
        if (signed && size == Size.DW) {
            throw cursor.error("no sign-extending load of 8 bytes: s64 (u64)");
        }
        if (signed || size == Size.DW) {
            dst = dst.must(Width.W64, cursor);
        }
        final InsnParser.Memory memory = insn.memory();
        return new Insn.Load(size, signed, dst.number(), memory.base(), memory.offset());
    }

    private Insn packetLoad(final Size size, final boolean signed) {
        if (signed || size == Size.DW || dst.number() != 0 || dst.width() != Width.W64) {
            throw cursor.error("packet loads go to r0 and are of u8, u16 or u32");
        }
        cursor.expect("[");
        final boolean indirect = cursor.atRegister();
        final int src = indirect ? cursor.register64() : 0;
        final int imm = indirect ? insn.signedOffset(Integer.MIN_VALUE, Integer.MAX_VALUE) : cursor.imm32(true);
        cursor.expect("]");
        return new Insn.LegacyPacketLoad(size, indirect, src, imm);
    }

    private Insn named() {
        final int column = cursor.column();
        final int start = cursor.position();
        final String word = cursor.word();
        return switch (word) {
            case "map" -> map();
            case "btf" -> btf();
            case "ksym" -> ksym();
            case "subprog" -> subprogram();
            case "load_acquire" -> loadAcquire();
            case "addr_space_cast" -> addressSpaceCast();
            default -> swapOrAtomicOrSymbol(word, column, start);
        };
    }

    private Insn swapOrAtomicOrSymbol(final String word, final int column, final int start) {
        for (final ByteOrderOp op : ByteOrderOp.values()) {
            if (word.startsWith(op.word()) && cursor.atRegister()) {
                return swap(op, word.substring(op.word().length()), column);
            }
        }
        if (word.startsWith("atomic") || word.startsWith("xchg") || word.startsWith("cmpxchg")) {
            return atomic(word, column);
        }
        cursor.back(start);
        if (word.isEmpty()) {
            throw cursor.error("expected a register, a number or a load, found " + cursor.found());
        }
        final String name = cursor.name("a register, a number or a load");
        if (!cursor.accept("ll")) {
            throw cursor.error(column, "unknown operand: " + Cursor.quote(name) + " (a map: map[name])");
        }
        insn.refer(new Reference.ToMap(insn.pc(), name));
        return wide(Pseudo.MAP_FD, 0, 0);
    }

    private Insn swap(final ByteOrderOp op, final String digits, final int column) {
        same(cursor.register().must(Width.W64, cursor));
        return switch (digits) {
            case "16" -> new Insn.SwapBytes(op, dst.number(), 16);
            case "32" -> new Insn.SwapBytes(op, dst.number(), 32);
            case "64" -> new Insn.SwapBytes(op, dst.number(), 64);
            default ->
                throw cursor.error(
                        column, "byte swap must be of 16, 32 or 64 bits: " + Cursor.quote(op.word() + digits));
        };
    }

    private Insn loadAcquire() {
        cursor.expect("(");
        final Size size = insn.pointer(false);
        if (size == Size.DW) {
            dst = dst.must(Width.W64, cursor);
        }
        final InsnParser.Memory memory = insn.memory();
        cursor.expect(")");
        return new Insn.LoadAcquire(size, dst.number(), memory.base(), memory.offset());
    }

    private Insn addressSpaceCast() {
        dst = dst.must(Width.W64, cursor);
        cursor.expect("(");
        final int src = cursor.register64();
        cursor.expect(",");
        final int to = cursor.number("address space", 0, 1);
        cursor.expect(",");
        final int from = cursor.number("address space", 1 - to, 1 - to);
        cursor.expect(")");
        return new Insn.AddressSpaceCast(dst.number(), src, to, from);
    }

    /**
     * LLVM: {@code atomic_fetch_add((u64 *)(r1 + 0), r2)}, {@code xchg_64(r1 + 0, r2)}, {@code xchg32_32(…)}, {@code
     * cmpxchg_64(r1 + 0, r0, r2)}. bpftool: {@code atomic64_fetch_add(…)}, {@code atomic64_xchg((u64 *)(r1 +0), r2)}.
     */
    private Insn atomic(final String word, final int column) {
        final String bare = word.replaceFirst("^atomic(64)?_", "").replaceFirst("^fetch_", "");
        final String plain = bare.replaceFirst("(32_32|_64)$", "");
        for (final AtomicOp op : AtomicOp.values()) {
            if (plain.equals(op.word()) && (bare.equals(plain) || op.alwaysFetches())) {
                return atomic(op, bare.equals(plain) ? null : bare.endsWith("_64") ? Width.W64 : Width.W32);
            }
        }
        throw cursor.error(column, "unknown atomic operation: " + Cursor.quote(word));
    }

    private Insn atomic(final AtomicOp op, final @Nullable Width spelled) {
        cursor.expect("(");
        final Width width;
        final InsnParser.Memory memory;
        if (spelled == null) {
            final Size size = insn.pointer(false);
            if (size != Size.W && size != Size.DW) {
                throw cursor.error("no atomic operation of this size: u" + size.bits() + " (u32 or u64)");
            }
            width = size == Size.W ? Width.W32 : Width.W64;
            memory = insn.memory();
        } else {
            width = spelled;
            memory = insn.bareMemory();
        }
        if (width == Width.W64) {
            dst = dst.must(Width.W64, cursor);
        }
        cursor.expect(",");
        final Size size = width == Width.W32 ? Size.W : Size.DW;
        if (op == AtomicOp.CMPXCHG) {
            final int column = cursor.column();
            if (dst.number() != 0 || insn.valueRegister(size) != 0) {
                throw cursor.error(column, "compare-and-exchange compares and sets r0");
            }
            cursor.expect(",");
        }
        final int column = cursor.column();
        final int src = insn.valueRegister(size);
        if (op != AtomicOp.CMPXCHG && src != dst.number()) {
            throw cursor.error(column, "fetched value goes to its own source register: r" + src);
        }
        cursor.expect(")");
        return new Insn.Atomic(op, true, width, memory.base(), memory.offset(), src);
    }

    /** {@code map[name]}, {@code map[name][0]+16}, {@code map[fd:5]}, {@code map[idx:5][0]+16}. */
    private Insn map() {
        cursor.expect("[");
        final int column = cursor.column();
        final int start = cursor.position();
        final String prefix = cursor.word();
        final boolean byFd = prefix.equals("fd") && cursor.accept(":");
        final boolean byIndex = prefix.equals("idx") && cursor.accept(":");
        if (prefix.equals("id") && cursor.accept(":")) {
            throw cursor.error(column, "map id cannot be loaded: " + cursor.word() + " (map[name] or map[fd:5])");
        }
        final int number;
        String name = "";
        if (byFd || byIndex) {
            number = cursor.imm32(false);
        } else {
            cursor.back(start);
            name = cursor.name("a map");
            number = 0;
        }
        cursor.expect("]");
        final boolean value = cursor.accept("[");
        int offset = 0;
        if (value) {
            cursor.number("index of a map value", 0, 0);
            cursor.expect("]");
            offset = cursor.accept("+") ? cursor.number("offset into a map value", 0, MAX_U32) : 0;
        }
        if (!name.isEmpty()) {
            insn.refer(
                    value ? new Reference.ToMapValue(insn.pc(), name, offset) : new Reference.ToMap(insn.pc(), name));
        }
        if (byIndex) {
            return wide(value ? Pseudo.MAP_INDEX_VALUE : Pseudo.MAP_INDEX, number, offset);
        }
        return wide(value ? Pseudo.MAP_VALUE : Pseudo.MAP_FD, number, offset);
    }

    /** {@code btf[id:7]}, {@code btf[id:7,fd:3]}. */
    private Insn btf() {
        cursor.expect("[");
        cursor.expect("id");
        cursor.expect(":");
        final int id = cursor.imm32(false);
        int fd = 0;
        if (cursor.accept(",")) {
            cursor.expect("fd");
            cursor.expect(":");
            fd = cursor.imm32(false);
        }
        cursor.expect("]");
        return wide(Pseudo.BTF_ID, id, fd);
    }

    private Insn ksym() {
        cursor.expect("[");
        final String name = cursor.name("a kernel variable");
        final boolean weak = cursor.accept("?");
        cursor.expect("]");
        insn.refer(new Reference.ToKsym(insn.pc(), name, weak));
        return wide(Pseudo.BTF_ID, 0, 0);
    }

    /** {@code subprog[name]}, {@code subprog[+4]}. */
    private Insn subprogram() {
        cursor.expect("[");
        final int offset = insn.target(Integer.MIN_VALUE, Integer.MAX_VALUE);
        cursor.expect("]");
        return wide(Pseudo.FUNCTION, offset, 0);
    }

    private Insn wide(final Pseudo kind, final int low, final int high) {
        return new Insn.LoadImm64(dst.must(Width.W64, cursor).number(), kind, low, high);
    }

    private void same(final Cursor.Register other) {
        if (other.number() != dst.number() || other.width() != dst.width()) {
            throw cursor.error(
                    other.column(),
                    "both registers must be the same: " + dst.width().prefix() + dst.number() + ", "
                            + other.width().prefix() + other.number());
        }
    }
}
