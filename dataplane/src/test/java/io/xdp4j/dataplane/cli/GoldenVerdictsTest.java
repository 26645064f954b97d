package io.xdp4j.dataplane.cli;

import static io.xdp4j.dataplane.cli.CommandRun.example;
import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.BpfObject;
import io.xdp4j.bpf.LoadOptions;
import io.xdp4j.bpf.LoadedObject;
import io.xdp4j.bpf.Runner;
import io.xdp4j.bpf.Verdict;
import io.xdp4j.capture.CaptureFormat;
import io.xdp4j.capture.CaptureReader;
import io.xdp4j.capture.CaptureWriter;
import io.xdp4j.engine.UserspaceEngine;
import io.xdp4j.packet.Burst;
import io.xdp4j.ring.CaptureSink;
import io.xdp4j.ring.CaptureSource;
import io.xdp4j.vm.CaptureClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples, packet by packet, against what Linux 6.18 said of the same objects, packets and map entries. */
class GoldenVerdictsTest {

    private static final Path GOLDEN = Path.of("..", "tests", "src", "test", "resources", "golden");

    @TempDir
    Path folder;

    @Test
    void firewallAsShipped() throws IOException {
        assertThat(verdicts("firewall/firewall.bpf.o", "mixed.pcap", List.of(), folder.resolve("out.pcap")))
                .isEqualTo(golden("firewall-mixed.txt"));
    }

    @Test
    void firewallWithRules() throws IOException {
        final List<String> rules = List.of(
                "blocked=10.0.0.0/8:1", "blocked=192.0.2.0/24:2", "blocked6=2001:db8:bad::/48:3", "ports={6,23}:1");
        assertThat(verdicts("firewall/firewall.bpf.o", "mixed.pcap", rules, folder.resolve("out.pcap")))
                .isEqualTo(golden("firewall-mixed-rules.txt"));
    }

    @Test
    void trafficMeter() throws IOException {
        assertThat(verdicts("traffic-meter/traffic-meter.bpf.o", "mixed.pcap", List.of(), folder.resolve("out.pcap")))
                .isEqualTo(golden("traffic-meter-mixed.txt"));
    }

    @Test
    void loadBalancerToTheByte() throws IOException {
        final Path out = folder.resolve("out.pcap");
        final List<String> presets = List.of("@" + example("load-balancer/demo.maps"));
        assertThat(verdicts("load-balancer/load-balancer.bpf.o", "balancer.pcap", presets, out))
                .isEqualTo(golden("load-balancer.txt"));
        assertThat(packets(out)).isEqualTo(packets(GOLDEN.resolve("load-balancer.pcap")));
    }

    private static List<String> golden(final String name) throws IOException {
        return Files.readAllLines(GOLDEN.resolve(name)).stream()
                .filter(line -> !line.startsWith("#"))
                .toList();
    }

    private static List<String> verdicts(
            final String objectName, final String capture, final List<String> presets, final Path out)
            throws IOException {
        final BpfObject object = BpfObject.parse(Path.of(example(objectName)));
        final List<String> verdicts = new ArrayList<>();
        try (UserspaceEngine engine =
                        UserspaceEngine.builder().clock(new CaptureClock()).build();
                LoadedObject loaded = engine.load(object, LoadOptions.ALL);
                CaptureReader reader = CaptureReader.open(Path.of(example("captures/" + capture)));
                CaptureSource source = new CaptureSource(reader, 64, true);
                CaptureSink sink = new CaptureSink(CaptureWriter.create(out, CaptureFormat.PCAP_NANOS, 0));
                Runner runner = loaded.program(
                                Programs.choose(object, null, null).name())
                        .runner(0)) {
            new MapPresets(loaded).apply(presets);
            final Burst burst = new Burst(64);
            while (source.receive(burst) > 0) {
                runner.run(burst);
                for (int slot = 0; slot < burst.count; slot = burst.next(slot)) {
                    verdicts.add((verdicts.size() + 1) + " " + Verdict.of(burst.verdict[slot]));
                    sink.write(burst, slot, 0, 0);
                }
            }
            assertThat(loaded.programs().values())
                    .allSatisfy(program -> assertThat(program.faults()).isEmpty());
        }
        return verdicts;
    }

    private static List<String> packets(final Path capture) {
        final List<String> packets = new ArrayList<>();
        try (CaptureReader reader = CaptureReader.open(capture)) {
            while (reader.advance()) {
                final byte[] bytes = new byte[reader.capturedLength()];
                reader.packet().getBytes(0, bytes);
                packets.add(HexFormat.of().formatHex(bytes));
            }
        }
        return packets;
    }
}
