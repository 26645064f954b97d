package io.xdp4j.verifier;

import io.xdp4j.bpf.MapSpec;
import java.util.Objects;

/** What a comparison with null tells of a pointer and its copies: {@code mark_ptr_or_null_regs()}, Linux 6.18. */
final class Nulls {

    private Nulls() {}

    static void learn(final State state, final Reg pointer, final boolean isNull) {
        final int id = pointer.id;
        if (isNull && pointer.reference != 0 && pointer.reference == id) {
            // nothing was given, so there is nothing to release
            state.release(id);
        }
        state.changeAll(reg -> reg.id == id && reg.is(Reg.NULLABLE) ? (isNull ? Reg.ZERO : notNull(reg)) : reg);
    }

    static Reg notNull(final Reg reg) {
        final MapSpec map = reg.map;
        if (reg.type == RegType.MAP_VALUE && map != null && map.type().ofMaps()) {
            return Reg.map(Objects.requireNonNull(map.inner()), reg.id);
        }
        if (reg.type == RegType.MAP_VALUE && map != null && (map.type() == io.xdp4j.bpf.MapType.XSKMAP)) {
            return Reg.pointer(RegType.OBJECT);
        }
        // the id stays where it tells values apart whose locks are taken, and where it stands for a reference
        return reg.without(Reg.NULLABLE);
    }
}
