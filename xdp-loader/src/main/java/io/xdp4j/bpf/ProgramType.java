package io.xdp4j.bpf;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Kinds of program; the ordinal is the kernel's {@code enum bpf_prog_type}, Linux 6.18. */
public enum ProgramType {
    UNSPEC,
    SOCKET_FILTER,
    KPROBE,
    SCHED_CLS,
    SCHED_ACT,
    TRACEPOINT,
    XDP,
    PERF_EVENT,
    CGROUP_SKB,
    CGROUP_SOCK,
    LWT_IN,
    LWT_OUT,
    LWT_XMIT,
    SOCK_OPS,
    SK_SKB,
    CGROUP_DEVICE,
    SK_MSG,
    RAW_TRACEPOINT,
    CGROUP_SOCK_ADDR,
    LWT_SEG6LOCAL,
    LIRC_MODE2,
    SK_REUSEPORT,
    FLOW_DISSECTOR,
    CGROUP_SYSCTL,
    RAW_TRACEPOINT_WRITABLE,
    CGROUP_SOCKOPT,
    TRACING,
    STRUCT_OPS,
    EXT,
    LSM,
    SK_LOOKUP,
    SYSCALL,
    NETFILTER;

    private static final ProgramType[] VALUES = values();

    /** The type of a kernel number, or null if this release knows none. */
    public static @Nullable ProgramType of(final int number) {
        return number > 0 && number < VALUES.length ? VALUES[number] : null;
    }

    /** The kernel's number. */
    public int number() {
        return ordinal();
    }

    /** bpftool's name: {@code xdp}, {@code sched_cls}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
