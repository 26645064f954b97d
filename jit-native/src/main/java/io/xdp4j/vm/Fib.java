package io.xdp4j.vm;

/** Where {@code bpf_fib_lookup} finds routes and neighbours. */
@FunctionalInterface
public interface Fib {

    /** No routes: nothing is ever forwarded. */
    Fib NONE = (parameters, length, flags) -> Fib.NOT_FWDED;

    /** {@code BPF_FIB_LKUP_RET_SUCCESS}: the parameters hold next hop, MAC addresses and interface. */
    int SUCCESS = 0;

    /** {@code BPF_FIB_LKUP_RET_NOT_FWDED}: the packet is not forwarded. */
    int NOT_FWDED = 4;

    /**
     * Looks up a route.
     *
     * @param parameters address of a {@code struct bpf_fib_lookup} (64 bytes, {@code include/uapi/linux/bpf.h}), read and
     *     written
     * @param length bytes at {@code parameters} that the program gave
     * @param flags {@code BPF_FIB_LOOKUP_*}
     * @return {@code BPF_FIB_LKUP_RET_*}, or a negative error number
     */
    int lookup(long parameters, int length, int flags);
}
