package io.xdp4j.bpf.insn;

/** The sets of instructions that an engine implements whole or not at all. Source: RFC 9669, section 2.4. */
public enum ConformanceGroup {
    BASE32,
    BASE64,
    ATOMIC32,
    ATOMIC64,
    DIVMUL32,
    DIVMUL64,
    /** Deprecated packet access of classic BPF. */
    PACKET,
    /** Calls through a register; not in the RFC, but a group of its own in conformance suites. */
    CALLX,
    /** What Linux has beyond the RFC: load-acquire and store-release, may_goto, address space casts. */
    LINUX;

    static ConformanceGroup of(final Insn insn) {
        return switch (insn) {
            case Insn.Alu(var op, var width, var _, var _) ->
                switch (op) {
                    case MUL, DIV, MOD, SDIV, SMOD -> width == Width.W32 ? DIVMUL32 : DIVMUL64;
                    case ADD, SUB, OR, AND, LSH, RSH, XOR, ARSH -> base(width);
                };
            case Insn.Move move -> base(move.width());
            case Insn.MoveSigned move -> base(move.width());
            case Insn.Negate negate -> base(negate.width());
            case Insn.SwapBytes swap -> swap.bits() == 64 ? BASE64 : BASE32;
            case Insn.LoadImm64 _ -> BASE64;
            case Insn.Load load -> base(load.size());
            case Insn.Store store -> base(store.size());
            case Insn.Atomic atomic -> atomic.width() == Width.W32 ? ATOMIC32 : ATOMIC64;
            case Insn.JumpIf jump -> base(jump.width());
            case Insn.Jump _, Insn.HelperCall _, Insn.FunctionCall _, Insn.KfuncCall _, Insn.Exit _ -> BASE32;
            case Insn.RegisterCall _ -> CALLX;
            case Insn.LegacyPacketLoad _ -> PACKET;
            case Insn.AddressSpaceCast _, Insn.LoadAcquire _, Insn.StoreRelease _, Insn.MayGoto _ -> LINUX;
        };
    }

    private static ConformanceGroup base(final Width width) {
        return width == Width.W32 ? BASE32 : BASE64;
    }

    private static ConformanceGroup base(final Size size) {
        return size == Size.DW ? BASE64 : BASE32;
    }
}
