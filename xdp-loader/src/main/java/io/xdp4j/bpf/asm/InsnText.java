package io.xdp4j.bpf.asm;

import io.xdp4j.bpf.HelperId;
import io.xdp4j.bpf.Reference;
import io.xdp4j.bpf.insn.Insn;
import io.xdp4j.bpf.insn.Operand;
import io.xdp4j.bpf.insn.Size;
import io.xdp4j.bpf.insn.Width;
import org.jspecify.annotations.Nullable;

/** One instruction as text. */
final class InsnText {

    private final int pc;
    private final Symbols symbols;

    private InsnText(final int pc, final Symbols symbols) {
        this.pc = pc;
        this.symbols = symbols;
    }

    static String of(final Insn insn, final int pc, final Symbols symbols) {
        return new InsnText(pc, symbols).text(insn);
    }

    private String text(final Insn insn) {
        return switch (insn) {
            case Insn.Alu(var op, var width, int dst, var source) ->
                register(width, dst) + " " + op.symbol() + " " + operand(width, source);
            case Insn.Move(var width, int dst, var source) -> register(width, dst) + " = " + operand(width, source);
            case Insn.MoveSigned(var width, int dst, int src, int bits) ->
                register(width, dst) + " = (s" + bits + ")" + register(width, src);
            case Insn.Negate(var width, int dst) -> register(width, dst) + " = -" + register(width, dst);
            case Insn.SwapBytes(var op, int dst, int bits) -> "r" + dst + " = " + op.word() + bits + " r" + dst;
            case Insn.AddressSpaceCast(int dst, int src, int to, int from) ->
                "r" + dst + " = addr_space_cast(r" + src + ", " + to + ", " + from + ")";
            case Insn.LoadImm64 load -> "r" + load.dst() + " = " + wide(load);
            case Insn.Load(var size, boolean signed, int dst, int base, int offset) ->
                "r" + dst + " = *" + pointer(signed ? 's' : 'u', size) + memory(base, offset);
            case Insn.Store(var size, int base, int offset, var source) ->
                "*" + pointer('u', size) + memory(base, offset) + " = " + operand(Width.W64, source);
            case Insn.Atomic atomic -> atomic(atomic);
            case Insn.LoadAcquire(var size, int dst, int base, int offset) ->
                register(widthOf(size), dst) + " = load_acquire(" + pointer('u', size) + memory(base, offset) + ")";
            case Insn.StoreRelease(var size, int base, int offset, int src) ->
                "store_release(" + pointer('u', size) + memory(base, offset) + ", " + register(widthOf(size), src)
                        + ")";
            case Insn.Jump(int offset, boolean wide) -> (wide ? "gotol " : "goto ") + target(offset);
            case Insn.MayGoto(int offset) -> "may_goto " + target(offset);
            case Insn.JumpIf(var condition, var width, int dst, var source, int offset) ->
                "if " + register(width, dst) + " " + condition.symbol() + " " + operand(width, source) + " goto "
                        + target(offset);
            case Insn.HelperCall(int id) -> {
                final String name = HelperId.name(id);
                yield "call " + (name == null ? id : name + "#" + id);
            }
            case Insn.FunctionCall(int offset) -> "call " + function(offset, "pc");
            case Insn.KfuncCall kfunc -> "call " + kfunc(kfunc);
            case Insn.RegisterCall(int register) -> "callx r" + register;
            case Insn.Exit _ -> "exit";
            case Insn.LegacyPacketLoad(var size, boolean indirect, int src, int imm) ->
                "r0 = *" + pointer('u', size) + "skb[" + packetIndex(indirect, src, imm) + "]";
        };
    }

    private static String atomic(final Insn.Atomic atomic) {
        final Width width = atomic.width();
        final String src = register(width, atomic.src());
        final String memory = memory(atomic.base(), atomic.offset());
        final String pointer = pointer('u', width == Width.W32 ? Size.W : Size.DW) + memory;
        if (!atomic.fetch()) {
            return "lock *" + pointer + " " + atomic.op().symbol() + " " + src;
        }
        final String suffix = width == Width.W32 ? "32_32(" : "_64(";
        final String bare = memory.substring(1, memory.length() - 1);
        return switch (atomic.op()) {
            case ADD, OR, AND, XOR -> src + " = atomic_fetch_" + atomic.op().word() + "(" + pointer + ", " + src + ")";
            case XCHG -> src + " = xchg" + suffix + bare + ", " + src + ")";
            case CMPXCHG -> {
                final String r0 = register(width, 0);
                yield r0 + " = cmpxchg" + suffix + bare + ", " + r0 + ", " + src + ")";
            }
        };
    }

    private String wide(final Insn.LoadImm64 load) {
        final Reference reference = symbols.references().apply(pc);
        final String name = reference == null ? null : referenceText(reference);
        if (name != null) {
            return name;
        }
        final String plus = "[0]+" + Integer.toUnsignedString(load.high());
        return switch (load.kind()) {
            case NUMBER -> "0x" + Long.toHexString(load.value()) + " ll";
            case MAP_FD -> "map[fd:" + load.low() + "]";
            case MAP_VALUE -> "map[fd:" + load.low() + "]" + plus;
            case BTF_ID -> "btf[id:" + load.low() + (load.high() == 0 ? "]" : ",fd:" + load.high() + "]");
            case FUNCTION -> "subprog[" + function(load.low(), "") + "]";
            case MAP_INDEX -> "map[idx:" + load.low() + "]";
            case MAP_INDEX_VALUE -> "map[idx:" + load.low() + "]" + plus;
        };
    }

    private static @Nullable String referenceText(final Reference reference) {
        return switch (reference) {
            case Reference.ToMap(int _, String map) -> "map[" + Names.safe(map) + "]";
            case Reference.ToMapValue(int _, String map, int offset) ->
                "map[" + Names.safe(map) + "][0]+" + Integer.toUnsignedString(offset);
            case Reference.ToKsym(int _, String name, boolean weak) -> "ksym[" + Names.safe(name) + (weak ? "?]" : "]");
            case Reference.ToKfunc _ -> null;
        };
    }

    private String kfunc(final Insn.KfuncCall kfunc) {
        if (symbols.references().apply(pc) instanceof Reference.ToKfunc(int _, String name, boolean weak)) {
            return "kfunc[" + Names.safe(name) + (weak ? "?]" : "]");
        }
        return "kfunc#" + kfunc.btfId() + (kfunc.fdIndex() == 0 ? "" : "@" + kfunc.fdIndex());
    }

    private String target(final int offset) {
        final String label = label(offset);
        return label == null ? signed(offset) : label;
    }

    private String function(final int offset, final String prefix) {
        final String label = label(offset);
        return label == null ? prefix + signed(offset) : label;
    }

    private @Nullable String label(final int offset) {
        final long target = (long) pc + 1 + offset;
        return target < 0 || target > Integer.MAX_VALUE
                ? null
                : symbols.labels().apply((int) target);
    }

    private static String packetIndex(final boolean indirect, final int src, final int imm) {
        if (!indirect) {
            return Integer.toString(imm);
        }
        return imm == 0 ? "r" + src : "r" + src + plus(imm);
    }

    private static String signed(final int offset) {
        return offset < 0 ? Integer.toString(offset) : "+" + offset;
    }

    private static String plus(final int offset) {
        return offset < 0 ? " - " + -(long) offset : " + " + offset;
    }

    private static String memory(final int base, final int offset) {
        return "(r" + base + plus(offset) + ")";
    }

    private static String pointer(final char sign, final Size size) {
        return "(" + sign + size.bits() + " *)";
    }

    private static Width widthOf(final Size size) {
        return size == Size.DW ? Width.W64 : Width.W32;
    }

    private static String register(final Width width, final int number) {
        return width.prefix() + Integer.toString(number);
    }

    private static String operand(final Width width, final Operand operand) {
        return switch (operand) {
            case Operand.Register(int number) -> register(width, number);
            case Operand.Immediate(int value) -> Integer.toString(value);
        };
    }
}
