package io.xdp4j.tests.verifier;

import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.bpf.Subprogram;
import io.xdp4j.bpf.btf.BtfLinkage;
import io.xdp4j.bpf.btf.BtfType;
import io.xdp4j.bpf.btf.BtfWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Types and places of a program's functions as the kernel wants them: it takes call-backs only from programs with both.
 * Each function is static, takes nothing as far as the types say, and returns an int.
 *
 * @param btf the types
 * @param records {@code struct bpf_func_info} of each function
 * @param count functions
 */
record KernelFunctions(byte[] btf, byte[] records, int count) {

    static final int RECORD_LENGTH = 8;

    static KernelFunctions of(final ProgramSpec program) {
        final BtfWriter types = BtfWriter.empty();
        final int number = types.add(new BtfType.Int("int", 4, BtfType.Int.SIGNED, 0, 32));
        final int prototype = types.add(new BtfType.FuncProto(number, List.of()));
        final ByteBuffer records = ByteBuffer.allocate(program.subprograms().size() * RECORD_LENGTH)
                .order(ByteOrder.nativeOrder());
        for (final Subprogram each : program.subprograms()) {
            final BtfLinkage linkage = each.pc() == 0 ? BtfLinkage.GLOBAL : BtfLinkage.STATIC;
            records.putInt(each.pc()).putInt(types.add(new BtfType.Func(each.name(), prototype, linkage)));
        }
        return new KernelFunctions(
                types.toBytes(ByteOrder.nativeOrder()),
                records.array(),
                program.subprograms().size());
    }
}
