// SPDX-License-Identifier: Apache-2.0

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** One capture file: little-endian pcap, microseconds, Ethernet; packets some hundred microseconds apart. */
final class Capture {

    final Random random;
    private final Path file;
    private final List<byte[]> packets = new ArrayList<>();

    Capture(Path file, long seed) {
        this.file = file;
        this.random = new Random(seed);
    }

    void add(byte[] packet) {
        packets.add(packet);
    }

    byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    void write(Consumer<Capture> content) {
        content.accept(this);
        int length =
                24 + packets.stream().mapToInt(packet -> 16 + packet.length).sum();
        ByteBuffer out = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(0xa1b2c3d4)
                .putShort((short) 2)
                .putShort((short) 4)
                .putInt(0)
                .putInt(0)
                .putInt(65535)
                .putInt(1);
        long timeUs = 1_767_225_600_000_000L; // 2026-01-01T00:00:00Z
        for (byte[] packet : packets) {
            timeUs += 100 + random.nextInt(900);
            out.putInt((int) (timeUs / 1_000_000)).putInt((int) (timeUs % 1_000_000));
            out.putInt(packet.length).putInt(packet.length).put(packet);
        }
        try {
            Files.write(file, out.array());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        System.out.println(file.getFileName() + ": " + packets.size() + " packets, " + length + " bytes");
    }
}
