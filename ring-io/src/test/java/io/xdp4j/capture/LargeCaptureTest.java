package io.xdp4j.capture;

import static io.xdp4j.capture.CaptureBytes.in;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CountDownLatch;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Captures longer than an int counts, longer than a window, and shortened while they are read. */
final class LargeCaptureTest {

    private static final byte[] FOUR = {1, 2, 3, 4};
    private static final String PACKET = "0.000005000\t4\t4\t08d6c05a21512a79a1dfeb9d2a8f262f";

    @TempDir
    private Path folder;

    @Test
    void readsPacketsPastFourGibibytes() throws IOException {
        final Path file = folder.resolve("sparse.pcapng");
        final long hole = 0xffff_fffcL;
        final byte[] head = CaptureBytes.pcapng(0).enhanced(0, 5, 4, FOUR).toArray();
        final byte[] blockHead =
                in(ByteOrder.LITTLE_ENDIAN).ints(0xbad0, (int) hole).toArray();
        final byte[] blockTail = in(ByteOrder.LITTLE_ENDIAN).ints((int) hole).toArray();
        final byte[] last = in(ByteOrder.LITTLE_ENDIAN).enhanced(0, 5, 4, FOUR).toArray();
        long at = 0;
        try (FileChannel out = FileChannel.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            at += out.write(ByteBuffer.wrap(head), at);
            for (int i = 0; i < 2; i++) {
                out.write(ByteBuffer.wrap(blockHead), at);
                out.write(ByteBuffer.wrap(blockTail), at + hole - blockTail.length);
                at += hole;
                at += out.write(ByteBuffer.wrap(last), at);
            }
        }
        try (CaptureReader reader = CaptureReader.open(file)) {
            assertThat(reader.size()).isEqualTo(at).isGreaterThan(8L << 30);
            assertThat(CaptureListing.ofRest(reader)).containsExactly(PACKET, PACKET, PACKET);
            assertThat(reader.position()).isEqualTo(at);
        }
    }

    private Path millionPackets(final CaptureFormat format) {
        final Path file = folder.resolve("million." + format);
        final UnsafeBuffer packet = new UnsafeBuffer(new byte[60]);
        try (CaptureWriter writer = CaptureWriter.create(file, format, 0)) {
            for (int i = 0; i < 1_000_000; i++) {
                packet.putInt(0, i);
                writer.write(i * 1000L, packet, 0, 60, 60, 0);
            }
        }
        return file;
    }

    @ParameterizedTest
    @EnumSource(CaptureFormat.class)
    void allocatesNothingPerPacket(final CaptureFormat format) {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        final UnsafeBuffer copy = new UnsafeBuffer(new byte[64]);
        final Path file = millionPackets(format);
        try (CaptureReader reader = CaptureReader.open(file, 8 << 20);
                CaptureWriter writer = CaptureWriter.create(folder.resolve("copy"), format, 0)) {
            assertThat(reader.advance()).isTrue();
            writer.write(reader);
            final long before = threads.getCurrentThreadAllocatedBytes();
            int wrong = 0;
            for (int i = 1; i < 1_000_000; i++) {
                if (!reader.advance()) {
                    throw new AssertionError("ended at " + i);
                }
                reader.copyTo(copy, 0, copy.capacity());
                wrong += copy.getInt(0) == i && reader.timestampNs() == i * 1000L ? 0 : 1;
                writer.write(reader);
            }
            final long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertThat(wrong).isZero();
            assertThat(allocated).as("bytes for a million packets").isLessThan(100_000);
        }
    }

    @Test
    void saysThatTheFileWasCutShort() throws IOException {
        final Path file = millionPackets(CaptureFormat.PCAP_NANOS);
        try (CaptureReader reader = CaptureReader.open(file)) {
            for (int i = 0; i < 1000; i++) {
                assertThat(reader.advance()).isTrue();
            }
            final long before = reader.position();
            cut(file);
            assertThatThrownBy(() -> {
                        while (reader.advance()) {
                            assertThat(reader.capturedLength()).isEqualTo(60);
                        }
                    })
                    .isInstanceOf(CaptureException.class)
                    .hasMessageMatching(
                            "capture was cut short while it was read: file=.*million.PCAP_NANOS, offset=\\d+, "
                                    + "size=100 bytes, was=76000024 bytes \\(copy it first, or stop its writer\\)");
            assertThat(reader.position() - before).isLessThan(128 << 10);
        }
    }

    private static void cut(final Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(100);
        }
    }

    @Test
    void survivesBeingCutShortAtFullSpeed() throws Exception {
        final Path file = millionPackets(CaptureFormat.PCAP_NANOS);
        final CountDownLatch warm = new CountDownLatch(1);
        final Thread cutter = Thread.ofPlatform().start(() -> {
            try {
                warm.await();
                cut(file);
            } catch (final IOException | InterruptedException failure) {
                throw new IllegalStateException(failure);
            }
        });
        try (CaptureReader reader = CaptureReader.open(file)) {
            assertThatThrownBy(() -> {
                        try {
                            sumForEver(reader, warm);
                        } catch (final InternalError fault) {
                            throw reader.explain(fault);
                        }
                    })
                    .isInstanceOf(CaptureException.class)
                    .hasMessageStartingWith("capture was cut short while it was read: file=");
        } finally {
            cutter.join();
        }
    }

    private static void sumForEver(final CaptureReader reader, final CountDownLatch warm) {
        long sum = 0;
        while (sum >= 0) { // which it stays: the bytes are zeros
            while (reader.advance()) {
                sum += reader.packet().getByte(8) & 0xff;
            }
            warm.countDown();
            reader.rewind();
        }
    }
}
