package io.xdp4j.vm.helper;

import io.xdp4j.bpf.HelperId;
import org.jspecify.annotations.Nullable;

/** Says why a program cannot call what the kernel, or nobody, has. */
final class Refusals {

    private static final String TRACING =
            "is for tracing: a packet in the JVM has no task and no kernel memory to read";
    private static final String SKB = "works on socket buffers, which XDP programs do not have (use the xdp_ helpers)";
    private static final String SOCKET = "works on sockets, which the JVM does not have";
    private static final String CGROUP = "is for cgroup, LSM and socket hooks, not for XDP programs";
    private static final String TUNNEL = "is for lightweight tunnels, not for XDP programs";
    private static final String INFRARED = "is for infrared receivers, not for XDP programs";
    private static final String KERNEL = "reaches into the kernel, which a program in the JVM does not run in";
    private static final String SYSCALL = "is for programs that make system calls, not for XDP programs";
    private static final String STORAGE =
            "keeps data with a socket, task, inode or cgroup, which the JVM does not have";

    private Refusals() {}

    static String ofHelper(final int id) {
        final String name = HelperId.name(id);
        return name == null
                ? "unknown helper: id=" + id + " (the kernel has 1 to " + HelperId.MAX + ")"
                : "helper " + name + "#" + id + " " + reason(name);
    }

    private static String reason(final String name) {
        if (name.startsWith("probe_") || name.endsWith("stackid") || name.contains("_stack")) {
            return TRACING;
        }
        if (name.endsWith("_storage_get") || name.endsWith("_storage_delete") || name.equals("get_local_storage")) {
            return STORAGE;
        }
        if (name.startsWith("skb_")) {
            return SKB;
        }
        if (name.startsWith("lwt_")) {
            return TUNNEL;
        }
        if (name.startsWith("rc_")) {
            return INFRARED;
        }
        if (name.startsWith("skc_") || name.startsWith("sk_") || name.startsWith("sock_") || name.startsWith("msg_")) {
            return SOCKET;
        }
        if (name.startsWith("sysctl_") || name.contains("cgroup")) {
            return CGROUP;
        }
        return named(name);
    }

    private static String named(final String name) {
        return switch (name) {
            case "l3_csum_replace",
                    "l4_csum_replace",
                    "clone_redirect",
                    "csum_update",
                    "csum_level",
                    "set_hash",
                    "set_hash_invalid",
                    "get_hash_recalc",
                    "get_route_realm",
                    "redirect_neigh",
                    "redirect_peer" -> SKB;
            case "get_socket_cookie",
                    "get_socket_uid",
                    "setsockopt",
                    "getsockopt",
                    "bind",
                    "tcp_sock",
                    "get_listener_sock",
                    "tcp_send_ack",
                    "load_hdr_opt",
                    "store_hdr_opt",
                    "reserve_hdr_opt",
                    "get_netns_cookie" -> SOCKET;
            case "bprm_opts_set", "ima_inode_hash", "ima_file_hash", "get_retval", "set_retval" -> CGROUP;
            case "sys_bpf", "sys_close", "btf_find_by_name_kind", "kallsyms_lookup_name" -> SYSCALL;
            case "per_cpu_ptr", "this_cpu_ptr", "kptr_xchg" -> KERNEL;
            default -> TRACING;
        };
    }

    static String ofKfunc(final String name) {
        final String reason = kfuncReason(name);
        return "kernel function " + name + " "
                + (reason == null ? "is not there in the JVM (declare it __weak and test it, or register it)" : reason);
    }

    private static @Nullable String kfuncReason(final String name) {
        if (name.startsWith("bpf_xdp_ct_") || name.startsWith("bpf_skb_ct_") || name.startsWith("bpf_ct_")) {
            return "asks the kernel's connection tracking, which the JVM does not have";
        }
        if (name.startsWith("bpf_task_") || name.startsWith("bpf_cgroup_") || name.startsWith("bpf_get_task")) {
            return TRACING;
        }
        if (name.startsWith("bpf_skb_") || name.equals("bpf_dynptr_from_skb")) {
            return SKB;
        }
        return switch (name) {
            case "bpf_cast_to_kern_ctx", "bpf_rdonly_cast", "bpf_obj_new_impl", "bpf_obj_drop_impl" -> KERNEL;
            case "bpf_xdp_get_xfrm_state", "bpf_xdp_xfrm_state_release" ->
                "asks the kernel's IPsec states, which the JVM does not have";
            case "bpf_xdp_flow_lookup" -> "asks the kernel's flow tables, which the JVM does not have";
            default -> null;
        };
    }
}
