package io.xdp4j.verifier;

import org.jspecify.annotations.Nullable;

/**
 * The fields of the context: {@code struct xdp_md} in {@code include/uapi/linux/bpf.h}, Linux 6.18. Each has 32 bits; the
 * first three stand for addresses, which a compiler puts in their place.
 */
public enum ContextField {
    DATA,
    DATA_END,
    DATA_META,
    INGRESS_IFINDEX,
    RX_QUEUE_INDEX,
    EGRESS_IFINDEX;

    private static final ContextField[] VALUES = values();

    /** Bytes from the start of the context. */
    public int offset() {
        return ordinal() * 4;
    }

    /** The field that starts at an offset; null if none does. */
    static @Nullable ContextField at(final int offset) {
        return offset >= 0 && offset % 4 == 0 && offset / 4 < VALUES.length ? VALUES[offset / 4] : null;
    }
}
