package io.xdp4j.bpf.asm;

import io.xdp4j.bpf.HelperId;
import io.xdp4j.bpf.Reference;
import io.xdp4j.bpf.insn.AtomicOp;
import io.xdp4j.bpf.insn.Condition;
import io.xdp4j.bpf.insn.Insn;
import io.xdp4j.bpf.insn.Operand;
import io.xdp4j.bpf.insn.Size;
import io.xdp4j.bpf.insn.Width;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads one instruction. Where it names a label, the offset is 0 and {@link #label} says which. */
final class InsnParser {

    /** Longer symbols before those that they start with. */
    private static final List<Condition> CONDITIONS = List.of(
            Condition.EQ,
            Condition.NE,
            Condition.SGE,
            Condition.SLE,
            Condition.SGT,
            Condition.SLT,
            Condition.GE,
            Condition.LE,
            Condition.GT,
            Condition.LT,
            Condition.SET);

    private static final List<AtomicOp> LOCKED = List.of(AtomicOp.ADD, AtomicOp.OR, AtomicOp.AND, AtomicOp.XOR);

    private final Cursor cursor;
    private final int pc;
    private final List<Reference> references;
    private @Nullable String label;
    private int labelColumn;

    InsnParser(final Cursor cursor, final int pc, final List<Reference> references) {
        this.cursor = cursor;
        this.pc = pc;
        this.references = references;
    }

    /** The label that the instruction names, or null. */
    @Nullable
    String label() {
        return label;
    }

    int labelColumn() {
        return labelColumn;
    }

    Insn parse() {
        if (cursor.accept("exit")) {
            return new Insn.Exit();
        }
        if (cursor.accept("if")) {
            return conditional();
        }
        if (cursor.accept("goto")) {
            return new Insn.Jump(target(Short.MIN_VALUE, Short.MAX_VALUE), false);
        }
        if (cursor.accept("gotol")) {
            return new Insn.Jump(target(Integer.MIN_VALUE, Integer.MAX_VALUE), true);
        }
        if (cursor.accept("may_goto")) {
            return new Insn.MayGoto(target(Short.MIN_VALUE, Short.MAX_VALUE));
        }
        if (cursor.accept("call")) {
            return call();
        }
        if (cursor.accept("callx")) {
            return new Insn.RegisterCall(cursor.register64());
        }
        if (cursor.accept("lock")) {
            return locked();
        }
        if (cursor.accept("*")) {
            return store();
        }
        if (cursor.accept("store_release")) {
            return storeRelease();
        }
        if (cursor.atRegister()) {
            return new AssignmentParser(cursor, this).parse();
        }
        throw cursor.error("unknown instruction: " + cursor.found());
    }

    private Insn conditional() {
        final Cursor.Register dst = cursor.register();
        for (final Condition condition : CONDITIONS) {
            if (cursor.accept(condition.symbol())) {
                final Operand source = operand(dst.width());
                cursor.expect("goto");
                final int offset = target(Short.MIN_VALUE, Short.MAX_VALUE);
                return new Insn.JumpIf(condition, dst.width(), dst.number(), source, offset);
            }
        }
        throw cursor.error("expected a comparison (== != > >= < <= s> s>= s< s<= &), found " + cursor.found());
    }

    private Insn call() {
        if (cursor.accept("pc")) {
            final Insn call = new Insn.FunctionCall(cursor.imm32(false));
            if (cursor.accept("#")) {
                cursor.word();
            }
            return call;
        }
        if (cursor.accept("kfunc")) {
            return kfunc();
        }
        final int start = cursor.position();
        if (cursor.atDigit() || cursor.accept("-")) {
            cursor.back(start);
            return new Insn.HelperCall(cursor.imm32(true));
        }
        labelColumn = cursor.column();
        final String name = cursor.name("a function");
        if (cursor.accept("#")) {
            final int id = cursor.imm32(false);
            final int named = HelperId.id(name);
            if (named != id && named >= 0) {
                throw cursor.error(labelColumn, "helper has another number: " + Cursor.quote(name) + "#" + named);
            }
            return new Insn.HelperCall(id);
        }
        label = name;
        return new Insn.FunctionCall(0);
    }

    private Insn kfunc() {
        if (cursor.accept("#")) {
            final int id = cursor.imm32(false);
            return new Insn.KfuncCall(id, cursor.accept("@") ? cursor.number("BTF index", 0, Short.MAX_VALUE) : 0);
        }
        cursor.expect("[");
        final String name = cursor.name("a kernel function");
        final boolean weak = cursor.accept("?");
        cursor.expect("]");
        references.add(new Reference.ToKfunc(pc, name, weak));
        return new Insn.KfuncCall(0, 0);
    }

    private Insn locked() {
        cursor.expect("*");
        final Size size = pointer(false);
        final Memory memory = memory();
        if (size != Size.W && size != Size.DW) {
            throw cursor.error("no atomic operation of this size: u" + size.bits() + " (u32 or u64)");
        }
        for (final AtomicOp op : LOCKED) {
            if (cursor.accept(op.symbol())) {
                final Width width = size == Size.W ? Width.W32 : Width.W64;
                return new Insn.Atomic(op, false, width, memory.base(), memory.offset(), valueRegister(size));
            }
        }
        throw cursor.error("expected += |= &= or ^=, found " + cursor.found());
    }

    private Insn store() {
        final Size size = pointer(false);
        final Memory memory = memory();
        cursor.expect("=");
        final Operand source = cursor.atRegister()
                ? Operand.register(valueRegister(size))
                : Operand.immediate(cursor.imm32(size != Size.DW));
        return new Insn.Store(size, memory.base(), memory.offset(), source);
    }

    private Insn storeRelease() {
        cursor.expect("(");
        final Size size = pointer(false);
        final Memory memory = memory();
        cursor.expect(",");
        final int src = valueRegister(size);
        cursor.expect(")");
        return new Insn.StoreRelease(size, memory.base(), memory.offset(), src);
    }

    /** Up to 4 bytes both spellings of the register are in use: LLVM's w1, bpftool's r1. */
    int valueRegister(final Size size) {
        final Cursor.Register register = cursor.register();
        return (size == Size.DW ? register.must(Width.W64, cursor) : register).number();
    }

    /** {@code (u32 *)}; or {@code (s32 *)}, if {@code signed}. */
    Size pointer(final boolean signed) {
        cursor.expect("(");
        final int column = cursor.column();
        final String type = cursor.word();
        final Size size = switch (signed ? type.replace('s', 'u') : type) {
            case "u8" -> Size.B;
            case "u16" -> Size.H;
            case "u32" -> Size.W;
            case "u64" -> Size.DW;
            default -> throw cursor.error(column, "expected u8, u16, u32 or u64, found " + Cursor.quote(type));
        };
        cursor.expect("*");
        cursor.expect(")");
        return size;
    }

    /** Where a load or store goes. */
    record Memory(int base, int offset) {}

    /** {@code (r1 + 4)}. */
    Memory memory() {
        cursor.expect("(");
        final Memory memory = bareMemory();
        cursor.expect(")");
        return memory;
    }

    /** {@code r1 + 4}. */
    Memory bareMemory() {
        final int base = cursor.register64();
        return new Memory(base, signedOffset(Short.MIN_VALUE, Short.MAX_VALUE));
    }

    /** {@code + 4}, {@code - 4}, or nothing. */
    int signedOffset(final long least, final long greatest) {
        final int column = cursor.column();
        final boolean minus = cursor.accept("-");
        if (!minus && !cursor.accept("+")) {
            return 0;
        }
        final long magnitude = cursor.literal().value();
        final long offset = minus ? -magnitude : magnitude;
        if (offset < least || offset > greatest) {
            throw cursor.error(column, "offset out of range: " + offset + " (" + least + " to " + greatest + ")");
        }
        return (int) offset;
    }

    Operand operand(final Width width) {
        if (cursor.atRegister()) {
            return Operand.register(cursor.register().must(width, cursor).number());
        }
        return Operand.immediate(cursor.imm32(width == Width.W32));
    }

    /** {@code +3}, {@code pc+3} or a label. */
    int target(final int least, final int greatest) {
        final boolean relative = cursor.accept("pc");
        final int start = cursor.position();
        final boolean signed = cursor.accept("+") || cursor.accept("-");
        cursor.back(start);
        if (relative || signed) {
            final int offset = cursor.number("jump", least, greatest);
            cursor.skipAnnotation();
            return offset;
        }
        label("a label or an offset (+3)");
        cursor.skipAnnotation();
        return 0;
    }

    void label(final String what) {
        labelColumn = cursor.column();
        label = cursor.name(what);
    }

    void refer(final Reference reference) {
        references.add(reference);
    }

    int pc() {
        return pc;
    }
}
