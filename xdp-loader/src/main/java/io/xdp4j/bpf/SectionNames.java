package io.xdp4j.bpf;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What a section's name says of the programs in it. The names are libbpf's; older habits are understood as well: {@code
 * xdp_prog1}, {@code classifier/name}, {@code xdp_devmap/name}.
 */
final class SectionNames {

    /** Names that say nothing: a program of unknown type, for the user to choose. */
    private static final Kind UNKNOWN = new Kind(ProgramType.UNSPEC, 0, false);

    /** The longest first, so that the first that fits is the one that says most. */
    private static final List<Prefix> PREFIXES = prefixes();

    private SectionNames() {}

    record Kind(ProgramType type, int attachType, boolean frags) {}

    private record Prefix(String text, Kind kind) {

        /** {@code xdp} fits all that begins so; other prefixes end where a word ends. */
        boolean fits(final String name) {
            return name.startsWith(text)
                    && (name.length() == text.length()
                            || kind.type == ProgramType.XDP
                            || !Character.isLetter(name.charAt(text.length())));
        }
    }

    /** What {@code name} says; a leading {@code ?} ("do not load unasked") is passed over. */
    static Kind kind(final String name) {
        final String plain = name.startsWith("?") ? name.substring(1) : name;
        for (final Prefix prefix : PREFIXES) {
            if (prefix.fits(plain)) {
                return prefix.kind;
            }
        }
        return UNKNOWN;
    }

    /** The numbers are {@code enum bpf_attach_type} in {@code include/uapi/linux/bpf.h}, Linux 6.18. */
    private static List<Prefix> prefixes() {
        final List<Prefix> list = new ArrayList<>();
        addXdp(list);
        add(list, ProgramType.SOCKET_FILTER, 0, "socket");
        add(list, ProgramType.SK_REUSEPORT, 39, "sk_reuseport");
        add(list, ProgramType.SK_REUSEPORT, 40, "sk_reuseport/migrate");
        addTracing(list);
        add(list, ProgramType.SCHED_CLS, 0, "tc", "classifier");
        add(list, ProgramType.SCHED_CLS, 46, "tc/ingress", "tcx/ingress");
        add(list, ProgramType.SCHED_CLS, 47, "tc/egress", "tcx/egress");
        add(list, ProgramType.SCHED_CLS, 54, "netkit/primary");
        add(list, ProgramType.SCHED_CLS, 55, "netkit/peer");
        add(list, ProgramType.SCHED_ACT, 0, "action");
        add(list, ProgramType.LWT_IN, 0, "lwt_in");
        add(list, ProgramType.LWT_OUT, 0, "lwt_out");
        add(list, ProgramType.LWT_XMIT, 0, "lwt_xmit");
        add(list, ProgramType.LWT_SEG6LOCAL, 0, "lwt_seg6local");
        add(list, ProgramType.SOCK_OPS, 3, "sockops");
        add(list, ProgramType.SK_SKB, 0, "sk_skb");
        add(list, ProgramType.SK_SKB, 4, "sk_skb/stream_parser");
        add(list, ProgramType.SK_SKB, 5, "sk_skb/stream_verdict");
        add(list, ProgramType.SK_SKB, 38, "sk_skb/verdict");
        add(list, ProgramType.SK_MSG, 7, "sk_msg");
        add(list, ProgramType.SK_LOOKUP, 36, "sk_lookup");
        add(list, ProgramType.LIRC_MODE2, 16, "lirc_mode2");
        add(list, ProgramType.FLOW_DISSECTOR, 17, "flow_dissector");
        add(list, ProgramType.STRUCT_OPS, 44, "struct_ops", "struct_ops.s");
        add(list, ProgramType.NETFILTER, 45, "netfilter");
        add(list, ProgramType.SYSCALL, 0, "syscall");
        addCgroup(list);
        list.sort(
                Comparator.comparingInt((Prefix prefix) -> prefix.text.length()).reversed());
        return List.copyOf(list);
    }

    private static void addXdp(final List<Prefix> list) {
        add(list, ProgramType.XDP, ProgramSpec.ATTACH_XDP, "xdp");
        add(list, ProgramType.XDP, ProgramSpec.ATTACH_XDP_DEVMAP, "xdp/devmap", "xdp_devmap");
        add(list, ProgramType.XDP, ProgramSpec.ATTACH_XDP_CPUMAP, "xdp/cpumap", "xdp_cpumap");
        list.add(new Prefix("xdp.frags", new Kind(ProgramType.XDP, ProgramSpec.ATTACH_XDP, true)));
        list.add(new Prefix("xdp.frags/devmap", new Kind(ProgramType.XDP, ProgramSpec.ATTACH_XDP_DEVMAP, true)));
        list.add(new Prefix("xdp.frags/cpumap", new Kind(ProgramType.XDP, ProgramSpec.ATTACH_XDP_CPUMAP, true)));
    }

    private static void addTracing(final List<Prefix> list) {
        add(list, ProgramType.KPROBE, 0, "kprobe", "kretprobe", "uprobe", "uretprobe", "uprobe.s", "uretprobe.s");
        add(list, ProgramType.KPROBE, 0, "ksyscall", "kretsyscall", "usdt", "usdt.s");
        add(list, ProgramType.KPROBE, 42, "kprobe.multi", "kretprobe.multi");
        add(list, ProgramType.KPROBE, 48, "uprobe.multi", "uretprobe.multi", "uprobe.multi.s", "uretprobe.multi.s");
        add(list, ProgramType.KPROBE, 56, "kprobe.session");
        add(list, ProgramType.KPROBE, 57, "uprobe.session", "uprobe.session.s");
        add(list, ProgramType.TRACEPOINT, 0, "tracepoint", "tp");
        add(list, ProgramType.RAW_TRACEPOINT, 0, "raw_tracepoint", "raw_tp");
        add(list, ProgramType.RAW_TRACEPOINT_WRITABLE, 0, "raw_tracepoint.w", "raw_tp.w");
        add(list, ProgramType.PERF_EVENT, 0, "perf_event");
        add(list, ProgramType.TRACING, 23, "tp_btf");
        add(list, ProgramType.TRACING, 24, "fentry", "fentry.s");
        add(list, ProgramType.TRACING, 25, "fexit", "fexit.s");
        add(list, ProgramType.TRACING, 26, "fmod_ret", "fmod_ret.s");
        add(list, ProgramType.TRACING, 28, "iter", "iter.s");
        add(list, ProgramType.EXT, 0, "freplace");
        add(list, ProgramType.LSM, 27, "lsm", "lsm.s");
        add(list, ProgramType.LSM, 43, "lsm_cgroup");
    }

    private static void addCgroup(final List<Prefix> list) {
        add(list, ProgramType.CGROUP_SKB, 0, "cgroup/skb", "cgroup_skb", "cgroup_skb/ingress");
        add(list, ProgramType.CGROUP_SKB, 1, "cgroup_skb/egress");
        add(list, ProgramType.CGROUP_SOCK, 2, "cgroup/sock", "cgroup/sock_create");
        add(list, ProgramType.CGROUP_SOCK, 34, "cgroup/sock_release");
        add(list, ProgramType.CGROUP_SOCK, 12, "cgroup/post_bind4");
        add(list, ProgramType.CGROUP_SOCK, 13, "cgroup/post_bind6");
        add(list, ProgramType.CGROUP_DEVICE, 6, "cgroup/dev");
        add(list, ProgramType.CGROUP_SYSCTL, 18, "cgroup/sysctl");
        add(list, ProgramType.CGROUP_SOCKOPT, 21, "cgroup/getsockopt");
        add(list, ProgramType.CGROUP_SOCKOPT, 22, "cgroup/setsockopt");
        final ProgramType address = ProgramType.CGROUP_SOCK_ADDR;
        add(list, address, 8, "cgroup/bind4");
        add(list, address, 9, "cgroup/bind6");
        add(list, address, 10, "cgroup/connect4");
        add(list, address, 11, "cgroup/connect6");
        add(list, address, 14, "cgroup/sendmsg4");
        add(list, address, 15, "cgroup/sendmsg6");
        add(list, address, 19, "cgroup/recvmsg4");
        add(list, address, 20, "cgroup/recvmsg6");
        add(list, address, 29, "cgroup/getpeername4");
        add(list, address, 30, "cgroup/getpeername6");
        add(list, address, 31, "cgroup/getsockname4");
        add(list, address, 32, "cgroup/getsockname6");
        add(list, address, 49, "cgroup/connect_unix");
        add(list, address, 50, "cgroup/sendmsg_unix");
        add(list, address, 51, "cgroup/recvmsg_unix");
        add(list, address, 52, "cgroup/getpeername_unix");
        add(list, address, 53, "cgroup/getsockname_unix");
    }

    private static void add(
            final List<Prefix> list, final ProgramType type, final int attachType, final String... names) {
        for (final String name : names) {
            list.add(new Prefix(name, new Kind(type, attachType, false)));
        }
    }
}
