package io.xdp4j.verifier;

import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.btf.Btf;
import io.xdp4j.bpf.btf.BtfType;
import java.util.ArrayList;
import java.util.List;

/** The fields of a map's value that only their own helpers may touch: a spin lock, timers. */
record MapFields(List<Field> fields) {

    private static final int DEEPEST = 16;

    /**
     * One of them.
     *
     * @param type {@code bpf_spin_lock} or {@code bpf_timer}
     * @param offset bytes from the start of the value
     */
    record Field(String type, int offset, int size) {}

    static MapFields of(final MapSpec map) {
        final List<Field> found = new ArrayList<>();
        final Btf btf = map.btf();
        if (btf != null && map.valueType() != 0) {
            collect(btf, map.valueType(), 0, 0, found);
        }
        return new MapFields(List.copyOf(found));
    }

    private static void collect(
            final Btf btf, final int id, final int offset, final int depth, final List<Field> found) {
        final int at = btf.skipModifiers(id);
        if (depth > DEEPEST || !(btf.type(at) instanceof final BtfType.Struct struct)) {
            return;
        }
        switch (struct.name()) {
            case "bpf_spin_lock", "bpf_timer", "bpf_wq", "bpf_res_spin_lock" ->
                found.add(new Field(struct.name(), offset, struct.size()));
            default -> {
                for (final BtfType.Member member : struct.members()) {
                    collect(btf, member.typeId(), offset + member.byteOffset(), depth + 1, found);
                }
            }
        }
    }

    /** Offset of the first of that type, or -1. */
    int offsetOf(final String type) {
        for (final Field field : fields) {
            if (field.type().equals(type)) {
                return field.offset();
            }
        }
        return -1;
    }
}
