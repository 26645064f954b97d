package io.xdp4j.vm.helper;

import static io.xdp4j.vm.ReturnType.INTEGER;
import static io.xdp4j.vm.ReturnType.PTR_TO_BTF_ID_OR_NULL;
import static io.xdp4j.vm.ReturnType.PTR_TO_MAP_VALUE_OR_NULL;
import static io.xdp4j.vm.ReturnType.PTR_TO_MEM_OR_NULL;
import static io.xdp4j.vm.ReturnType.VOID;
import static io.xdp4j.vm.helper.Prototype.ALLOC_SIZE_OR_ZERO;
import static io.xdp4j.vm.helper.Prototype.ANYTHING;
import static io.xdp4j.vm.helper.Prototype.CTX;
import static io.xdp4j.vm.helper.Prototype.DONTCARE;
import static io.xdp4j.vm.helper.Prototype.DYNPTR;
import static io.xdp4j.vm.helper.Prototype.FUNCTION;
import static io.xdp4j.vm.helper.Prototype.KEY;
import static io.xdp4j.vm.helper.Prototype.MAP;
import static io.xdp4j.vm.helper.Prototype.MEM;
import static io.xdp4j.vm.helper.Prototype.MEM_OR_NULL;
import static io.xdp4j.vm.helper.Prototype.RINGBUF_MEM;
import static io.xdp4j.vm.helper.Prototype.SIZE;
import static io.xdp4j.vm.helper.Prototype.SIZE_OR_ZERO;
import static io.xdp4j.vm.helper.Prototype.SOCKET;
import static io.xdp4j.vm.helper.Prototype.SPIN_LOCK;
import static io.xdp4j.vm.helper.Prototype.STACK_OR_NULL;
import static io.xdp4j.vm.helper.Prototype.STRING;
import static io.xdp4j.vm.helper.Prototype.TIMER;
import static io.xdp4j.vm.helper.Prototype.UNINIT_DYNPTR;
import static io.xdp4j.vm.helper.Prototype.UNINIT_MEM;
import static io.xdp4j.vm.helper.Prototype.UNINIT_VALUE;
import static io.xdp4j.vm.helper.Prototype.VALUE;
import static io.xdp4j.vm.helper.Prototype.WRITABLE_MEM;
import static io.xdp4j.vm.helper.Prototype.helper;
import static io.xdp4j.vm.helper.Prototype.mem;
import static io.xdp4j.vm.helper.Prototype.packetHelper;
import static io.xdp4j.vm.helper.Prototype.uninitMem;
import static io.xdp4j.vm.helper.Prototype.writableMem;

import io.xdp4j.vm.HelperSpec;
import java.util.List;
import java.util.stream.Stream;

/**
 * The kernel's helpers for XDP programs: {@code xdp_func_proto} and {@code bpf_sk_base_func_proto} in {@code
 * net/core/filter.c}, {@code bpf_base_func_proto} in {@code kernel/bpf/helpers.c}, Linux 6.18, without those that look
 * into the kernel.
 */
final class StandardHelpers {

    private static final List<HelperSpec> MAPS = List.of(
            helper("map_lookup_elem", PTR_TO_MAP_VALUE_OR_NULL, MapHelpers::lookup, MAP, KEY),
            helper("map_update_elem", INTEGER, MapHelpers::update, MAP, KEY, VALUE, ANYTHING),
            helper("map_delete_elem", INTEGER, MapHelpers::delete, MAP, KEY),
            helper("map_push_elem", INTEGER, MapHelpers::push, MAP, VALUE, ANYTHING),
            helper("map_pop_elem", INTEGER, MapHelpers::pop, MAP, UNINIT_VALUE),
            helper("map_peek_elem", INTEGER, MapHelpers::peek, MAP, UNINIT_VALUE),
            helper("map_lookup_percpu_elem", PTR_TO_MAP_VALUE_OR_NULL, MapHelpers::lookupPerCpu, MAP, KEY, ANYTHING),
            packetHelper("tail_call", MapHelpers::tailCall, CTX, MAP, ANYTHING));

    private static final List<HelperSpec> MACHINE = List.of(
            helper("ktime_get_ns", INTEGER, MachineHelpers::ktimeNs),
            helper("ktime_get_boot_ns", INTEGER, MachineHelpers::ktimeBootNs),
            helper("ktime_get_coarse_ns", INTEGER, MachineHelpers::ktimeCoarseNs),
            helper("ktime_get_tai_ns", INTEGER, MachineHelpers::ktimeTaiNs),
            helper("jiffies64", INTEGER, MachineHelpers::jiffies),
            helper("get_prandom_u32", INTEGER, MachineHelpers::random),
            helper("get_smp_processor_id", INTEGER, MachineHelpers::cpu),
            helper("get_numa_node_id", INTEGER, MachineHelpers::numaNode));

    private static final List<HelperSpec> PACKET = List.of(
            packetHelper("xdp_adjust_head", PacketHelpers::adjustHead, CTX, ANYTHING),
            packetHelper("xdp_adjust_meta", PacketHelpers::adjustMeta, CTX, ANYTHING),
            packetHelper("xdp_adjust_tail", PacketHelpers::adjustTail, CTX, ANYTHING),
            helper("xdp_get_buff_len", INTEGER, PacketHelpers::length, CTX),
            helper("xdp_load_bytes", INTEGER, PacketHelpers::loadBytes, CTX, ANYTHING, UNINIT_MEM, SIZE),
            helper("xdp_store_bytes", INTEGER, PacketHelpers::storeBytes, CTX, ANYTHING, MEM, SIZE),
            helper(
                    "csum_diff",
                    INTEGER,
                    ChecksumHelpers::difference,
                    MEM_OR_NULL,
                    SIZE_OR_ZERO,
                    MEM_OR_NULL,
                    SIZE_OR_ZERO,
                    ANYTHING),
            helper("redirect", INTEGER, RedirectHelpers::redirect, ANYTHING, ANYTHING),
            helper("redirect_map", INTEGER, RedirectHelpers::redirectMap, MAP, ANYTHING, ANYTHING),
            helper("fib_lookup", INTEGER, RedirectHelpers::fibLookup, CTX, WRITABLE_MEM, SIZE, ANYTHING),
            helper("check_mtu", INTEGER, RedirectHelpers::checkMtu, CTX, ANYTHING, writableMem(4), ANYTHING, ANYTHING));

    private static final List<HelperSpec> TEXT = List.of(
            helper("trace_printk", INTEGER, PrintHelpers::tracePrintk, MEM, SIZE, DONTCARE, DONTCARE, DONTCARE),
            helper("trace_vprintk", INTEGER, PrintHelpers::traceVprintk, MEM, SIZE, MEM_OR_NULL, SIZE_OR_ZERO),
            helper(
                    "snprintf",
                    INTEGER,
                    PrintHelpers::snprintf,
                    UNINIT_MEM,
                    SIZE_OR_ZERO,
                    STRING,
                    MEM_OR_NULL,
                    SIZE_OR_ZERO),
            helper("strncmp", INTEGER, StringHelpers::strncmp, MEM, SIZE, STRING),
            helper("strtol", INTEGER, StringHelpers::strtol, MEM, SIZE, ANYTHING, uninitMem(8)),
            helper("strtoul", INTEGER, StringHelpers::strtoul, MEM, SIZE, ANYTHING, uninitMem(8)));

    private static final List<HelperSpec> RECORDS = List.of(
            helper(
                    "perf_event_output",
                    INTEGER,
                    RingBufferHelpers::perfEventOutput,
                    CTX,
                    MAP,
                    ANYTHING,
                    MEM,
                    SIZE_OR_ZERO),
            helper("ringbuf_output", INTEGER, RingBufferHelpers::output, MAP, MEM, SIZE_OR_ZERO, ANYTHING),
            helper(
                    "ringbuf_reserve",
                    PTR_TO_MEM_OR_NULL,
                    RingBufferHelpers::reserve,
                    MAP,
                    ALLOC_SIZE_OR_ZERO,
                    ANYTHING),
            helper("ringbuf_submit", VOID, RingBufferHelpers::submit, RINGBUF_MEM, ANYTHING),
            helper("ringbuf_discard", VOID, RingBufferHelpers::discard, RINGBUF_MEM, ANYTHING),
            helper("ringbuf_query", INTEGER, RingBufferHelpers::query, MAP, ANYTHING),
            helper(
                    "ringbuf_reserve_dynptr",
                    INTEGER,
                    RingBufferHelpers::reserveDynptr,
                    MAP,
                    ANYTHING,
                    ANYTHING,
                    UNINIT_DYNPTR),
            helper("ringbuf_submit_dynptr", VOID, RingBufferHelpers::submitDynptr, DYNPTR, ANYTHING),
            helper("ringbuf_discard_dynptr", VOID, RingBufferHelpers::discardDynptr, DYNPTR, ANYTHING),
            helper("user_ringbuf_drain", INTEGER, RingBufferHelpers::drain, MAP, FUNCTION, STACK_OR_NULL, ANYTHING));

    private static final List<HelperSpec> DYNPTRS = List.of(
            helper(
                    "dynptr_from_mem",
                    INTEGER,
                    DynptrHelpers::fromMem,
                    UNINIT_MEM,
                    SIZE_OR_ZERO,
                    ANYTHING,
                    UNINIT_DYNPTR),
            helper("dynptr_read", INTEGER, DynptrHelpers::read, UNINIT_MEM, SIZE_OR_ZERO, DYNPTR, ANYTHING, ANYTHING),
            helper("dynptr_write", INTEGER, DynptrHelpers::write, DYNPTR, ANYTHING, MEM, SIZE_OR_ZERO, ANYTHING),
            helper("dynptr_data", PTR_TO_MEM_OR_NULL, DynptrHelpers::data, DYNPTR, ANYTHING, ALLOC_SIZE_OR_ZERO));

    private static final List<HelperSpec> CONTROL = List.of(
            helper("spin_lock", VOID, LockHelpers::lock, SPIN_LOCK),
            helper("spin_unlock", VOID, LockHelpers::unlock, SPIN_LOCK),
            helper("loop", INTEGER, LoopHelpers::loop, ANYTHING, FUNCTION, STACK_OR_NULL, ANYTHING),
            helper("for_each_map_elem", INTEGER, LoopHelpers::forEach, MAP, FUNCTION, STACK_OR_NULL, ANYTHING),
            helper("timer_init", INTEGER, TimerHelpers::init, TIMER, MAP, ANYTHING),
            helper("timer_set_callback", INTEGER, TimerHelpers::setCallback, TIMER, FUNCTION),
            helper("timer_start", INTEGER, TimerHelpers::start, TIMER, ANYTHING, ANYTHING),
            helper("timer_cancel", INTEGER, TimerHelpers::cancel, TIMER));

    private static final List<HelperSpec> SOCKETS = List.of(
            lookup("sk_lookup_tcp"),
            lookup("sk_lookup_udp"),
            lookup("skc_lookup_tcp"),
            helper("sk_release", INTEGER, SocketHelpers::release, SOCKET),
            helper("tcp_gen_syncookie", INTEGER, SocketHelpers::synCookie, SOCKET, MEM, SIZE, MEM, SIZE),
            helper("tcp_check_syncookie", INTEGER, SocketHelpers::synCookie, SOCKET, MEM, SIZE, MEM, SIZE),
            helper("tcp_raw_gen_syncookie_ipv4", INTEGER, SynCookieHelpers::generateV4, mem(20), MEM, SIZE_OR_ZERO),
            helper("tcp_raw_gen_syncookie_ipv6", INTEGER, SynCookieHelpers::generateV6, mem(40), MEM, SIZE_OR_ZERO),
            helper("tcp_raw_check_syncookie_ipv4", INTEGER, SynCookieHelpers::checkV4, mem(20), mem(20)),
            helper("tcp_raw_check_syncookie_ipv6", INTEGER, SynCookieHelpers::checkV6, mem(40), mem(20)));

    static final List<HelperSpec> ALL = Stream.of(MAPS, MACHINE, PACKET, TEXT, RECORDS, DYNPTRS, CONTROL, SOCKETS)
            .flatMap(List::stream)
            .toList();

    private StandardHelpers() {}

    private static HelperSpec lookup(final String name) {
        return helper(name, PTR_TO_BTF_ID_OR_NULL, SocketHelpers::lookup, CTX, MEM, SIZE, ANYTHING, ANYTHING);
    }
}
