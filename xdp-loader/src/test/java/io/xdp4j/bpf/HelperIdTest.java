package io.xdp4j.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class HelperIdTest {

    @Test
    void knowsTheKernelsNumbers() {
        assertThat(HelperId.name(1)).isEqualTo("map_lookup_elem");
        assertThat(HelperId.name(5)).isEqualTo("ktime_get_ns");
        assertThat(HelperId.name(44)).isEqualTo("xdp_adjust_head");
        assertThat(HelperId.name(69)).isEqualTo("fib_lookup");
        assertThat(HelperId.id("bpf_redirect_map")).isEqualTo(51);
        assertThat(HelperId.id("loop")).isEqualTo(181);
        assertThat(HelperId.MAX).isEqualTo(211);
        assertThat(HelperId.name(211)).isEqualTo("cgrp_storage_delete");
    }

    @Test
    void answersForNumbersAndNamesThatAreNone() {
        assertThat(HelperId.name(0)).isNull();
        assertThat(HelperId.name(-1)).isNull();
        assertThat(HelperId.name(212)).isNull();
        assertThat(HelperId.id("unspec")).isEqualTo(-1);
    }
}
