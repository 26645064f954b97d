package io.xdp4j.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SectionNamesTest {

    @ParameterizedTest
    @CsvSource({
        "xdp, XDP, 37, false",
        "xdp/name, XDP, 37, false",
        "xdp_prog1, XDP, 37, false",
        "xdp1, XDP, 37, false",
        "?xdp, XDP, 37, false",
        "xdp.frags, XDP, 37, true",
        "xdp.frags/name, XDP, 37, true",
        "xdp/devmap, XDP, 33, false",
        "xdp_devmap/map_prog, XDP, 33, false",
        "xdp.frags/devmap, XDP, 33, true",
        "?xdp.frags/devmap, XDP, 33, true",
        "xdp/cpumap, XDP, 35, false",
        "xdp_cpumap/redirect, XDP, 35, false",
        "xdp.frags/cpumap, XDP, 35, true",
        "tc, SCHED_CLS, 0, false",
        "tc/ingress, SCHED_CLS, 46, false",
        "tcx/egress, SCHED_CLS, 47, false",
        "classifier, SCHED_CLS, 0, false",
        "classifier/name, SCHED_CLS, 0, false",
        "action, SCHED_ACT, 0, false",
        "socket1, SOCKET_FILTER, 0, false",
        "socket_filter/x, SOCKET_FILTER, 0, false",
        "kprobe/do_exit, KPROBE, 0, false",
        "kprobe.multi/tcp_*, KPROBE, 42, false",
        "uprobe.session.s//bin/x:main, KPROBE, 57, false",
        "tracepoint/syscalls/sys_enter_open, TRACEPOINT, 0, false",
        "tp/sched/sched_switch, TRACEPOINT, 0, false",
        "tp_btf/sched_switch, TRACING, 23, false",
        "raw_tp/sys_enter, RAW_TRACEPOINT, 0, false",
        "raw_tp.w/x, RAW_TRACEPOINT_WRITABLE, 0, false",
        "fentry/vfs_read, TRACING, 24, false",
        "fexit.s/vfs_read, TRACING, 25, false",
        "lsm/file_open, LSM, 27, false",
        "lsm_cgroup/bind, LSM, 43, false",
        "iter/task, TRACING, 28, false",
        "freplace/subprog, EXT, 0, false",
        "perf_event, PERF_EVENT, 0, false",
        "sockops, SOCK_OPS, 3, false",
        "sk_skb/stream_verdict, SK_SKB, 5, false",
        "sk_lookup/echo, SK_LOOKUP, 36, false",
        "cgroup_skb/egress, CGROUP_SKB, 1, false",
        "cgroup/connect6, CGROUP_SOCK_ADDR, 11, false",
        "cgroup/getsockname_unix, CGROUP_SOCK_ADDR, 53, false",
        "cgroup/sock_release, CGROUP_SOCK, 34, false",
        "struct_ops.s/init, STRUCT_OPS, 44, false",
        "netfilter, NETFILTER, 45, false",
        "syscall, SYSCALL, 0, false",
        "2/1, UNSPEC, 0, false",
        "from-netdev, UNSPEC, 0, false",
        "prog, UNSPEC, 0, false",
        "tcp_congestion, UNSPEC, 0, false",
    })
    void saysWhatANameMeans(final String name, final ProgramType type, final int attachType, final boolean frags) {
        assertThat(SectionNames.kind(name)).isEqualTo(new SectionNames.Kind(type, attachType, frags));
    }
}
