// SPDX-License-Identifier: Apache-2.0

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/** Bytes of packets, layer by layer, with right lengths and checksums. */
abstract class Packets {

    static final int TCP = 6;
    static final int UDP = 17;
    static final int ICMP = 1;
    static final int ICMPV6 = 58;

    static final int FIN = 1;
    static final int SYN = 2;
    static final int RST = 4;
    static final int PSH = 8;
    static final int ACK = 16;

    static final String ROUTER = "02:00:00:00:00:01";
    static final String HOST = "02:00:00:00:00:02";

    static byte[] dnsQuery(int id, String name) {
        return concat(u16(id), hex("01000001000000000000"), dnsName(name), hex("00010001"));
    }

    static byte[] dnsName(String name) {
        byte[] encoded = {};
        for (String label : name.split("\\.")) {
            encoded = concat(encoded, new byte[] {(byte) label.length()}, label.getBytes(StandardCharsets.US_ASCII));
        }
        return concat(encoded, new byte[1]);
    }

    /** An Ethernet frame from the host to the router with an IP packet of the addresses' family. */
    static byte[] frame(String source, String target, int protocol, byte[] payload) {
        return source.contains(":")
                ? ethernet(ROUTER, HOST, 0x86dd, ipv6(source, target, protocol, 64, payload))
                : ethernet(ROUTER, HOST, 0x0800, ipv4(source, target, protocol, payload.length, 0x4000, payload));
    }

    static byte[] ethernet(String target, String source, int type, byte[] payload) {
        return concat(hex(target.replace(":", "")), hex(source.replace(":", "")), u16(type), payload);
    }

    static byte[] ipv4(String source, String target, int protocol, int id, int fragment, byte[] payload) {
        byte[] header = concat(
                hex("4500"),
                u16(20 + payload.length),
                u16(id),
                u16(fragment),
                new byte[] {64, (byte) protocol},
                u16(0),
                address(source),
                address(target));
        return concat(checksummed(header, 10), payload);
    }

    static byte[] ipv6(String source, String target, int next, int hopLimit, byte[] payload) {
        return concat(
                hex("60000000"),
                u16(payload.length),
                new byte[] {(byte) next, (byte) hopLimit},
                address(source),
                address(target),
                payload);
    }

    static byte[] udp(String source, String target, int from, int to, byte[] payload) {
        byte[] datagram = concat(u16(from), u16(to), u16(8 + payload.length), u16(0), payload);
        return checksummed(pseudoHeader(source, target, UDP, datagram.length), datagram, 6);
    }

    static byte[] tcp(
            String source,
            String target,
            int from,
            int to,
            int sequence,
            int acknowledged,
            int flags,
            byte[] options,
            byte[] payload) {
        byte[] segment = concat(
                u16(from),
                u16(to),
                u32(sequence),
                u32(acknowledged),
                u16((5 + options.length / 4) << 12 | flags),
                u16(0xfaf0),
                u32(0),
                options,
                payload);
        return checksummed(pseudoHeader(source, target, TCP, segment.length), segment, 16);
    }

    static byte[] icmp(int type, int code, byte[] rest, byte[] data) {
        return checksummed(concat(new byte[] {(byte) type, (byte) code, 0, 0}, rest, data), 2);
    }

    static byte[] icmpv6(String source, String target, int type, byte[] body) {
        byte[] message = concat(new byte[] {(byte) type, 0, 0, 0}, body);
        return checksummed(pseudoHeader(source, target, ICMPV6, message.length), message, 2);
    }

    static byte[] pseudoHeader(String source, String target, int protocol, int length) {
        return concat(address(source), address(target), u32(protocol), u32(length));
    }

    static byte[] checksummed(byte[] packet, int at) {
        return checksummed(new byte[0], packet, at);
    }

    /** RFC 1071; an all-zero UDP checksum is sent as its complement, which the other protocols allow too. */
    static byte[] checksummed(byte[] pseudo, byte[] packet, int at) {
        long sum = sum(pseudo) + sum(packet);
        while (sum >> 16 != 0) {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        int checksum = (int) ~sum & 0xffff;
        if (checksum == 0 && at == 6) {
            checksum = 0xffff;
        }
        packet[at] = (byte) (checksum >> 8);
        packet[at + 1] = (byte) checksum;
        return packet;
    }

    static long sum(byte[] bytes) {
        long sum = 0;
        for (int i = 0; i < bytes.length; i++) {
            sum += (i & 1) == 0 ? (bytes[i] & 0xff) << 8 : bytes[i] & 0xff;
        }
        return sum;
    }

    static byte[] address(String text) {
        return text.contains(":") ? ipv6Address(text) : ipv4Address(text);
    }

    static byte[] ipv4Address(String text) {
        byte[] address = new byte[4];
        String[] parts = text.split("\\.");
        for (int i = 0; i < 4; i++) {
            address[i] = (byte) Integer.parseInt(parts[i]);
        }
        return address;
    }

    static byte[] ipv6Address(String text) {
        String[] halves = text.split("::", -1);
        byte[] head = groups(halves[0]);
        byte[] tail = halves.length > 1 ? groups(halves[1]) : new byte[0];
        return concat(head, new byte[16 - head.length - tail.length], tail);
    }

    static byte[] groups(String text) {
        byte[] bytes = {};
        for (String group : text.isEmpty() ? new String[0] : text.split(":")) {
            bytes = concat(bytes, group.contains(".") ? ipv4Address(group) : u16(Integer.parseInt(group, 16)));
        }
        return bytes;
    }

    static byte[] patched(byte[] packet, int at, int value) {
        byte[] copy = packet.clone();
        copy[at] = (byte) value;
        return copy;
    }

    static byte[] padded(byte[] packet, int length) {
        return Arrays.copyOf(packet, Math.max(packet.length, length));
    }

    static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    static byte[] u16(int value) {
        return new byte[] {(byte) (value >> 8), (byte) value};
    }

    static byte[] u32(int value) {
        return new byte[] {(byte) (value >> 24), (byte) (value >> 16), (byte) (value >> 8), (byte) value};
    }

    static byte[] concat(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteBuffer whole = ByteBuffer.allocate(length);
        for (byte[] part : parts) {
            whole.put(part);
        }
        return whole.array();
    }
}
