package io.xdp4j.tests.objects;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.xdp4j.bpf.BpfObject;
import io.xdp4j.bpf.LoadOptions;
import io.xdp4j.bpf.LoadedObject;
import io.xdp4j.bpf.Runner;
import io.xdp4j.capture.CaptureReader;
import io.xdp4j.engine.UserspaceEngine;
import io.xdp4j.packet.Burst;
import io.xdp4j.ring.CaptureSource;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Receiving and running packets allocates nothing, whatever the program does with maps. */
class AllocationTest {

    private static final Path EXAMPLES = Path.of("..", "examples");
    private static final int PASSES = 300;

    @ParameterizedTest
    @CsvSource({
        "firewall/firewall.bpf.o, firewall, mixed.pcap",
        "traffic-meter/traffic-meter.bpf.o, traffic_meter, mixed.pcap",
        "load-balancer/load-balancer.bpf.o, load_balancer, balancer.pcap"
    })
    void runsPacketsWithoutAllocating(final String object, final String program, final String capture)
            throws IOException {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (UserspaceEngine engine = UserspaceEngine.create();
                LoadedObject loaded = engine.load(BpfObject.parse(EXAMPLES.resolve(object)), LoadOptions.ALL);
                CaptureReader reader =
                        CaptureReader.open(EXAMPLES.resolve("captures").resolve(capture));
                CaptureSource source = new CaptureSource(reader, 64, false);
                Runner runner = loaded.program(program).runner(0)) {
            final Burst burst = new Burst(64);
            // once for what is made on first use
            pass(source, runner, burst);
            final long before = threads.getCurrentThreadAllocatedBytes();
            long packets = 0;
            for (int i = 0; i < PASSES; i++) {
                packets += pass(source, runner, burst);
            }
            final long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertThat(packets).isGreaterThan(PASSES * 200L);
            assertThat((double) allocated / packets)
                    .as("bytes allocated a packet")
                    .isLessThan(0.5);
        }
    }

    private static long pass(final CaptureSource source, final Runner runner, final Burst burst) {
        source.rewind(burst);
        long packets = 0;
        while (source.receive(burst) > 0) {
            runner.run(burst);
            packets += burst.count;
        }
        return packets;
    }
}
