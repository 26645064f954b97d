package io.xdp4j.vm.helper;

import static io.xdp4j.vm.ReturnType.INTEGER;
import static io.xdp4j.vm.ReturnType.PTR_TO_MEM_OR_NULL;
import static io.xdp4j.vm.ReturnType.VOID;
import static io.xdp4j.vm.helper.Prototype.ANYTHING;
import static io.xdp4j.vm.helper.Prototype.CTX;
import static io.xdp4j.vm.helper.Prototype.DYNPTR;
import static io.xdp4j.vm.helper.Prototype.MEM_OR_NULL;
import static io.xdp4j.vm.helper.Prototype.SIZE_OR_ZERO;
import static io.xdp4j.vm.helper.Prototype.UNINIT_DYNPTR;
import static io.xdp4j.vm.helper.Prototype.iterator;
import static io.xdp4j.vm.helper.Prototype.kfunc;
import static io.xdp4j.vm.helper.Prototype.uninitMem;

import io.xdp4j.vm.HelperSpec;
import java.util.List;

/**
 * The kernel functions that XDP programs call by name: {@code net/core/xdp.c}, {@code net/core/filter.c}, {@code
 * kernel/bpf/helpers.c}, Linux 6.18.
 */
final class StandardKfuncs {

    /** {@code struct bpf_iter_num}. */
    private static final int NUMBERS = 8;

    static final List<HelperSpec> ALL = List.of(
            kfunc("bpf_xdp_metadata_rx_timestamp", INTEGER, DeviceKfuncs::rxTimestamp, CTX, uninitMem(8)),
            kfunc("bpf_xdp_metadata_rx_hash", INTEGER, DeviceKfuncs::rxHash, CTX, uninitMem(4), uninitMem(4)),
            kfunc("bpf_xdp_metadata_rx_vlan_tag", INTEGER, DeviceKfuncs::rxVlanTag, CTX, uninitMem(2), uninitMem(2)),
            kfunc("bpf_dynptr_from_xdp", INTEGER, DynptrHelpers::fromXdp, CTX, ANYTHING, UNINIT_DYNPTR),
            kfunc(
                    "bpf_dynptr_slice",
                    PTR_TO_MEM_OR_NULL,
                    DynptrHelpers::slice,
                    DYNPTR,
                    ANYTHING,
                    MEM_OR_NULL,
                    SIZE_OR_ZERO),
            kfunc(
                    "bpf_dynptr_slice_rdwr",
                    PTR_TO_MEM_OR_NULL,
                    DynptrHelpers::sliceWritable,
                    DYNPTR,
                    ANYTHING,
                    MEM_OR_NULL,
                    SIZE_OR_ZERO),
            kfunc("bpf_dynptr_adjust", INTEGER, DynptrHelpers::adjust, DYNPTR, ANYTHING, ANYTHING),
            kfunc("bpf_dynptr_is_null", INTEGER, DynptrHelpers::isNull, DYNPTR),
            kfunc("bpf_dynptr_is_rdonly", INTEGER, DynptrHelpers::isReadOnly, DYNPTR),
            kfunc("bpf_dynptr_size", INTEGER, DynptrHelpers::size, DYNPTR),
            kfunc("bpf_dynptr_clone", INTEGER, DynptrHelpers::copyOf, DYNPTR, UNINIT_DYNPTR),
            kfunc("bpf_iter_num_new", INTEGER, LoopHelpers::numbersNew, iterator(NUMBERS), ANYTHING, ANYTHING),
            kfunc("bpf_iter_num_next", PTR_TO_MEM_OR_NULL, LoopHelpers::numbersNext, iterator(NUMBERS)),
            kfunc("bpf_iter_num_destroy", VOID, LoopHelpers::numbersDestroy, iterator(NUMBERS)),
            kfunc("bpf_rcu_read_lock", VOID, DeviceKfuncs::nothing),
            kfunc("bpf_rcu_read_unlock", VOID, DeviceKfuncs::nothing),
            kfunc("bpf_preempt_disable", VOID, DeviceKfuncs::nothing),
            kfunc("bpf_preempt_enable", VOID, DeviceKfuncs::nothing));

    private StandardKfuncs() {}
}
