package io.xdp4j.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.capture.CaptureException;
import io.xdp4j.capture.CaptureFormat;
import io.xdp4j.capture.CaptureReader;
import io.xdp4j.capture.CaptureWriter;
import io.xdp4j.packet.Burst;
import io.xdp4j.packet.FrameLayout;
import io.xdp4j.sys.NativeMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaptureSourceTest {

    private final Random random = new Random(7);

    @TempDir
    Path folder;

    @Test
    void putsEachPacketBehindItsHeadroom() {
        final List<byte[]> packets = packets(60, 1, 1514, 3520);
        try (CaptureReader reader = CaptureReader.open(capture(packets));
                CaptureSource source = new CaptureSource(reader, 32, false)) {
            final Burst burst = new Burst(32);
            assertThat(source.receive(burst)).isEqualTo(4);
            for (int slot = 0; slot < 4; slot++) {
                assertThat(burst.data[slot] - burst.frameStart[slot]).isEqualTo(FrameLayout.HEADROOM);
                assertThat(bytes(burst, slot)).isEqualTo(packets.get(slot));
                assertThat(burst.timestampNs[slot]).isEqualTo(slot * 1000L);
            }
            assertThat(source.receive(burst)).isZero();
        }
    }

    @Test
    void chainsFramesForAProgramThatTakesThem() {
        final List<byte[]> packets = packets(100, 9000, 65_000, 80);
        try (CaptureReader reader = CaptureReader.open(capture(packets));
                CaptureSource source = new CaptureSource(reader, 64, true)) {
            final Burst burst = new Burst(64);
            source.receive(burst);
            final List<byte[]> received = new ArrayList<>();
            for (int slot = 0; slot < burst.count; slot = burst.next(slot)) {
                received.add(whole(burst, slot));
            }
            assertThat(received).containsExactlyElementsOf(packets);
            assertThat(burst.length[1]).isEqualTo(FrameLayout.MAX_PACKET_IN_PAGE);
            assertThat(burst.options[1]).isEqualTo(Burst.CONTINUES);
        }
    }

    @Test
    void linearisesLongPacketsForAProgramThatDoesNot() {
        final List<byte[]> packets = packets(100, 9000, 262_144, 80);
        try (CaptureReader reader = CaptureReader.open(capture(packets));
                CaptureSource source = new CaptureSource(reader, 64, false)) {
            final Burst burst = new Burst(64);
            final List<byte[]> received = new ArrayList<>();
            while (source.receive(burst) > 0) {
                for (int slot = 0; slot < burst.count; slot++) {
                    received.add(bytes(burst, slot));
                }
            }
            assertThat(received).containsExactlyElementsOf(packets);
        }
    }

    @Test
    void recyclesFramesOverManyBursts() {
        final List<byte[]> packets = packets(random.ints(500, 1, 9000).toArray());
        try (CaptureReader reader = CaptureReader.open(capture(packets));
                CaptureSource source = new CaptureSource(reader, 20, true)) {
            final Burst burst = new Burst(20);
            final List<byte[]> received = new ArrayList<>();
            while (source.receive(burst) > 0) {
                for (int slot = 0; slot < burst.count; slot = burst.next(slot)) {
                    received.add(whole(burst, slot));
                }
            }
            assertThat(received).containsExactlyElementsOf(packets);
        }
    }

    @Test
    void deliversWhatStandsBeforeTheDamage() throws IOException {
        final Path file = capture(packets(100, 200, 300));
        final byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 10));
        try (CaptureReader reader = CaptureReader.open(file);
                CaptureSource source = new CaptureSource(reader, 32, false)) {
            final Burst burst = new Burst(32);
            assertThat(source.receive(burst)).isEqualTo(2);
            assertThatThrownBy(() -> source.receive(burst)).isInstanceOf(CaptureException.class);
        }
    }

    @Test
    void writesBackWhatItRead() throws IOException {
        final List<byte[]> packets = packets(60, 9000, 1514);
        final Path in = capture(packets);
        final Path out = folder.resolve("out.pcap");
        try (CaptureReader reader = CaptureReader.open(in);
                CaptureSource source = new CaptureSource(reader, 32, true);
                CaptureSink sink = new CaptureSink(CaptureWriter.create(out, CaptureFormat.PCAP_NANOS, 0))) {
            final Burst burst = new Burst(32);
            source.receive(burst);
            for (int slot = 0; slot < burst.count; slot = burst.next(slot)) {
                sink.write(burst, slot, source.missingLength(slot), source.captureInterface(slot));
            }
            assertThat(sink.packets()).isEqualTo(3);
        }
        assertThat(out).hasSameBinaryContentAs(in);
    }

    private List<byte[]> packets(final int... lengths) {
        return Arrays.stream(lengths)
                .mapToObj(length -> {
                    final byte[] packet = new byte[length];
                    random.nextBytes(packet);
                    return packet;
                })
                .toList();
    }

    private Path capture(final List<byte[]> packets) {
        final Path file = folder.resolve("in.pcap");
        try (CaptureWriter writer = CaptureWriter.create(file, CaptureFormat.PCAP_NANOS, 0)) {
            long time = 0;
            for (final byte[] packet : packets) {
                writer.write(time, new UnsafeBuffer(packet), 0, packet.length, packet.length, 0);
                time += 1000;
            }
        }
        return file;
    }

    private static byte[] bytes(final Burst burst, final int slot) {
        final byte[] bytes = new byte[burst.length[slot]];
        NativeMemory.copy(burst.data[slot], bytes, 0, bytes.length);
        return bytes;
    }

    private static byte[] whole(final Burst burst, final int first) {
        byte[] whole = new byte[0];
        for (int slot = first; slot < burst.next(first); slot++) {
            final byte[] part = bytes(burst, slot);
            final int before = whole.length;
            whole = Arrays.copyOf(whole, before + part.length);
            System.arraycopy(part, 0, whole, before, part.length);
        }
        return whole;
    }
}
