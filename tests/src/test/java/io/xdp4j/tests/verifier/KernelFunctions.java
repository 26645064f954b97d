package io.xdp4j.tests.verifier;

import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.bpf.Subprogram;
import io.xdp4j.bpf.btf.Btf;
import io.xdp4j.bpf.btf.BtfKind;
import io.xdp4j.bpf.btf.BtfLinkage;
import io.xdp4j.bpf.btf.BtfType;
import io.xdp4j.bpf.btf.BtfWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Types and places of a program's functions as the kernel wants them: it takes call-backs and global functions only from
 * programs with both. A function without a type is static, takes nothing as far as the types say, and returns an int.
 *
 * @param btf the types
 * @param records {@code struct bpf_func_info} of each function
 * @param count functions
 */
record KernelFunctions(byte[] btf, byte[] records, int count) {

    static final int RECORD_LENGTH = 8;

    static KernelFunctions of(final ProgramSpec program) {
        final Btf known = program.btf();
        final BtfWriter types = known == null ? BtfWriter.empty() : withoutVariables(known);
        final int number = types.add(new BtfType.Int("int", 4, BtfType.Int.SIGNED, 0, 32));
        final int prototype = types.add(new BtfType.FuncProto(number, List.of()));
        final ByteBuffer records = ByteBuffer.allocate(program.subprograms().size() * RECORD_LENGTH)
                .order(ByteOrder.nativeOrder());
        for (final Subprogram each : program.subprograms()) {
            final int found = known == null ? 0 : known.findByName(each.name(), BtfKind.FUNC);
            final BtfLinkage linkage = each.pc() == 0 ? BtfLinkage.GLOBAL : BtfLinkage.STATIC;
            records.putInt(each.pc())
                    .putInt(found != 0 ? found : types.add(new BtfType.Func(each.name(), prototype, linkage)));
        }
        return new KernelFunctions(
                types.toBytes(ByteOrder.nativeOrder()),
                records.array(),
                program.subprograms().size());
    }

    /**
     * The types without sections, their variables and external functions, which the kernel takes only as a loader has
     * filled them in.
     */
    static BtfWriter withoutVariables(final Btf btf) {
        final BtfWriter types = BtfWriter.of(btf);
        for (int id = btf.firstId(); id < btf.size(); id++) {
            final boolean external =
                    btf.type(id) instanceof final BtfType.Func function && function.linkage() == BtfLinkage.EXTERN;
            if (external || btf.kind(id) == BtfKind.DATASEC || btf.kind(id) == BtfKind.VAR) {
                types.set(id, new BtfType.Ptr(0));
            }
        }
        return types;
    }
}
