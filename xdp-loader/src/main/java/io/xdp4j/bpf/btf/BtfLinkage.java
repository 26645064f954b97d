package io.xdp4j.bpf.btf;

/**
 * Linkage of a function or variable; the ordinal is the number in the file. Source: {@code include/uapi/linux/btf.h},
 * Linux 6.18, enum {@code btf_func_linkage} and {@code BTF_VAR_*}.
 */
public enum BtfLinkage {
    STATIC,
    GLOBAL,
    EXTERN;

    private static final BtfLinkage[] LINKAGES = values();

    static final int COUNT = LINKAGES.length;

    static BtfLinkage of(final int number) {
        return LINKAGES[number];
    }
}
