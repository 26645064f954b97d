package io.xdp4j.vm.helper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.bpf.HelperId;
import io.xdp4j.vm.ArgumentType;
import io.xdp4j.vm.HelperSpec;
import io.xdp4j.vm.ReturnType;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HelperTableTest {

    private static HelperSpec spec(final int id, final String name) {
        return HelperSpec.of(id, name, ReturnType.INTEGER, (execution, r1, r2, r3, r4, r5) -> 7, ArgumentType.ANYTHING);
    }

    @Test
    void hasWhatXdpProgramsUse() {
        final HelperTable table = HelperTable.standard();

        assertThat(Stream.of(("map_lookup_elem map_update_elem tail_call jiffies64 perf_event_output map_delete_elem"
                                + " fib_lookup csum_diff get_prandom_u32 redirect_map xdp_adjust_meta xdp_adjust_head"
                                + " xdp_adjust_tail redirect ktime_get_ns trace_printk get_smp_processor_id"
                                + " xdp_load_bytes xdp_store_bytes xdp_get_buff_len ringbuf_output ringbuf_reserve"
                                + " ringbuf_submit ringbuf_discard ringbuf_query strncmp spin_lock spin_unlock loop"
                                + " for_each_map_elem tcp_raw_gen_syncookie_ipv4 tcp_raw_gen_syncookie_ipv6"
                                + " tcp_raw_check_syncookie_ipv4 tcp_raw_check_syncookie_ipv6 ktime_get_boot_ns"
                                + " ktime_get_coarse_ns ktime_get_tai_ns trace_vprintk snprintf map_push_elem"
                                + " map_pop_elem map_peek_elem map_lookup_percpu_elem check_mtu dynptr_from_mem"
                                + " dynptr_read dynptr_write dynptr_data timer_init timer_set_callback timer_start"
                                + " timer_cancel user_ringbuf_drain get_numa_node_id")
                        .split(" ")))
                .allSatisfy(name -> {
                    final HelperSpec spec = table.helper(HelperId.id(name));
                    assertThat(spec)
                            .as(name)
                            .isNotNull()
                            .extracting(HelperSpec::name)
                            .isEqualTo(name);
                });
        assertThat(table.kfunc("bpf_xdp_metadata_rx_timestamp")).isNotNull();
        assertThat(table.kfunc("bpf_dynptr_from_xdp")).isNotNull();
        assertThat(table.kfunc("bpf_iter_num_next")).isNotNull();
        assertThat(table.kfunc("bpf_rcu_read_lock")).isNotNull();
    }

    @Test
    void everyHelperHasTheKernelsNumber() {
        assertThat(StandardHelpers.ALL)
                .allSatisfy(spec -> assertThat(HelperId.name(spec.id())).isEqualTo(spec.name()));
    }

    @Test
    void usersAddTheirOwn() {
        final HelperTable table = HelperTable.builder()
                .standard()
                .add(spec(1000, "my_helper"))
                .add(spec(0, "my_kfunc"))
                .build();

        assertThat(table.helper(1000)).isNotNull();
        assertThat(table.kfunc("my_kfunc")).isNotNull();
        assertThat(table.helper(1)).isNotNull();
        assertThat(HelperTable.standard().helper(1000)).isNull();
    }

    @Test
    void refusesToHideAHelperUnlessAsked() {
        final HelperTable.Builder builder = HelperTable.builder().standard();

        assertThatThrownBy(() -> builder.add(spec(5, "my_time")))
                .hasMessage("helper is there already: id=5, name=my_time, there=ktime_get_ns (use replace)");
        assertThatThrownBy(() -> builder.add(spec(0, "bpf_rcu_read_lock")))
                .hasMessage("kfunc is there already: id=0, name=bpf_rcu_read_lock, there=bpf_rcu_read_lock"
                        + " (use replace)");
        assertThatThrownBy(() -> builder.replace(spec(1000, "my_helper")))
                .hasMessage("helper to replace is not there: id=1000, name=my_helper (use add)");
        assertThatThrownBy(() -> builder.add(spec(-1, "my_helper")))
                .hasMessage("helper number must not be negative: id=-1, name=my_helper");
        assertThat(builder.replace(spec(5, "my_time")).build().helper(5))
                .isNotNull()
                .extracting(HelperSpec::name)
                .isEqualTo("my_time");
    }

    @Test
    void saysWhyAHelperIsNotThere() {
        final HelperTable table = HelperTable.standard();

        assertThat(table.refusal(999)).isEqualTo("unknown helper: id=999 (the kernel has 1 to 211)");
        assertThat(table.refusal(HelperId.id("get_current_task")))
                .isEqualTo("helper get_current_task#35 is for tracing: a packet in the JVM has no task and no kernel"
                        + " memory to read");
        assertThat(table.refusal(HelperId.id("probe_read"))).startsWith("helper probe_read#4 is for tracing:");
        assertThat(table.refusal(HelperId.id("skb_load_bytes")))
                .isEqualTo("helper skb_load_bytes#26 works on socket buffers, which XDP programs do not have (use the"
                        + " xdp_ helpers)");
        assertThat(table.refusal(HelperId.id("sk_fullsock")))
                .isEqualTo("helper sk_fullsock#95 works on sockets, which the JVM does not have");
        assertThat(table.refusal(HelperId.id("copy_from_user"))).contains("is for tracing:");
        assertThat(table.refusal(HelperId.id("kptr_xchg"))).contains("reaches into the kernel");
    }

    @Test
    void refusesEachHelperThatItDoesNotHaveInOneLine() {
        final HelperTable table = HelperTable.standard();
        for (int id = 1; id <= HelperId.MAX; id++) {
            if (table.helper(id) == null) {
                assertThat(table.refusal(id))
                        .startsWith("helper " + HelperId.name(id) + "#" + id + " ")
                        .doesNotContain("\n");
            }
        }
    }

    @Test
    void saysWhyAKernelFunctionIsNotThere() {
        final HelperTable table = HelperTable.standard();

        assertThat(table.refusal("bpf_xdp_ct_lookup"))
                .isEqualTo("kernel function bpf_xdp_ct_lookup asks the kernel's connection tracking, which the JVM does"
                        + " not have");
        assertThat(table.refusal("bpf_xdp_get_xfrm_state"))
                .isEqualTo("kernel function bpf_xdp_get_xfrm_state asks the kernel's IPsec states, which the JVM does"
                        + " not have");
        assertThat(table.refusal("bpf_no_such_thing"))
                .isEqualTo("kernel function bpf_no_such_thing is not there in the JVM (declare it __weak and test it,"
                        + " or register it)");
    }
}
