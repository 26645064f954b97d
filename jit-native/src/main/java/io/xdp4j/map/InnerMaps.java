package io.xdp4j.map;

import io.xdp4j.bpf.BpfMap;
import io.xdp4j.bpf.Errno;
import io.xdp4j.bpf.MapException;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.MapType;
import org.jspecify.annotations.Nullable;

/** Which maps fit into a map of maps: {@code bpf_map_meta_alloc} and {@code bpf_map_meta_equal}, Linux 6.18. */
final class InnerMaps {

    private final MapSpec template;
    private final MapContext context;

    InnerMaps(final MapSpec spec, final MapContext context) {
        SpecRule.valueSize(spec, 4, 4);
        final MapSpec inner = spec.inner();
        if (inner == null) {
            throw new MapException(
                    "create", spec.name(), Errno.EBADF.number(), 0, "it does not say what its inner maps are like");
        }
        SpecRule.require(
                !inner.type().ofMaps(),
                spec,
                Errno.EINVAL,
                "inner type=" + inner.type().label() + ": maps of maps do not nest");
        SpecRule.require(
                inner.type() != MapType.PROG_ARRAY,
                spec,
                Errno.ENOTSUPP,
                "inner type=" + inner.type().label() + ": not for maps of maps");
        this.template = inner;
        this.context = context;
    }

    /** The map with that id, held for a slot; or null. {@link #refusal} says why. */
    @Nullable
    UserspaceMap holdById(final int id) {
        final UserspaceMap map = context.table().byId(id);
        return map != null && fits(map) && map.hold() ? map : null;
    }

    /** Why {@link #holdById} answered null. */
    int refusal(final int id) {
        return context.table().byId(id) == null ? Errno.EBADF.negative() : Errno.EINVAL.negative();
    }

    /** The id of a map of this engine; 0 for any other map. */
    int id(final BpfMap map) {
        return map instanceof final UserspaceMap ours && ours.context().table().equals(context.table()) ? ours.id() : 0;
    }

    private boolean fits(final UserspaceMap map) {
        final MapSpec spec = map.spec();
        return spec.type() == template.type()
                && spec.keySize() == template.keySize()
                && spec.valueSize() == template.valueSize()
                && spec.flags() == template.flags()
                && (spec.maxEntries() == template.maxEntries() || !countMatters());
    }

    /** Programs know an array's bounds when they are compiled; hashes and the like look at their own. */
    private boolean countMatters() {
        return switch (template.type()) {
            case ARRAY -> (template.flags() & SpecRule.INNER_MAP) == 0;
            case PERCPU_ARRAY, XSKMAP -> true;
            default -> false;
        };
    }

    /** Ends the hold that a slot had. */
    void letGo(final long handle) {
        final UserspaceMap map = context.table().byHandle(handle);
        if (map != null) {
            map.letGo();
        }
    }
}
