// SPDX-License-Identifier: Apache-2.0

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Writes the captures of the examples beside itself, the same bytes every time: {@code java MakeCaptures.java [folder]}.
 *
 * <p>Addresses are those set apart for documentation (RFC 5737, RFC 3849) and private use (RFC 1918). Every checksum is
 * right unless a packet's line says otherwise.
 */
final class MakeCaptures extends Packets {

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments.length > 0 ? arguments[0] : ".");
        new Capture(folder.resolve("mixed.pcap"), 20260101).write(MakeCaptures::mixed);
        new Capture(folder.resolve("balancer.pcap"), 20260102).write(MakeCaptures::balancer);
    }

    /** A small network's uplink in a few hundred packets, with what an attacker and a broken host add. */
    static void mixed(Capture c) {
        arp(c);
        for (int i = 0; i < 6; i++) {
            String client = "198.51.100." + (20 + i);
            dns(c, client, "203.0.113.53", "www.example.com");
            web(c, client, "203.0.113.80", 40000 + i * 7, 80, httpRequest("www.example.com"), 900 + i * 150);
        }
        for (int i = 0; i < 4; i++) {
            web(c, "198.51.100." + (40 + i), "203.0.113.80", 50000 + i * 11, 443, tlsHello(c), 1400);
        }
        for (int i = 0; i < 5; i++) {
            web(c, "2001:db8:1::" + (10 + i), "2001:db8:80::80", 45000 + i, 443, tlsHello(c), 1380);
            dns(c, "2001:db8:1::" + (10 + i), "2001:db8:53::53", "example.com");
        }
        quic(c, "198.51.100.60", "203.0.113.80", 24);
        quic(c, "2001:db8:1::60", "2001:db8:80::80", 16);
        ping(c);
        privateSources(c);
        extensionHeaders(c);
        tagged(c);
        fragments(c);
        telnet(c);
        martians(c);
        badFlags(c);
        malformed(c);
        otherProtocols(c);
    }

    static void arp(Capture c) {
        String request = "0001080006040001" + "020000000002" + "c6336402" + "000000000000" + "c6336401";
        String reply = "0001080006040002" + "020000000001" + "c6336401" + "020000000002" + "c6336402";
        c.add(ethernet("ff:ff:ff:ff:ff:ff", HOST, 0x0806, padded(hex(request), 46)));
        c.add(ethernet(HOST, ROUTER, 0x0806, padded(hex(reply), 46)));
        c.add(ethernet(
                "01:80:c2:00:00:0e", ROUTER, 0x88cc, padded(hex("02070402000000000104050565746830060200780000"), 46)));
    }

    static void dns(Capture c, String client, String server, String name) {
        int id = c.random.nextInt(0x10000);
        int port = 32768 + c.random.nextInt(20000);
        byte[] question = concat(dnsName(name), hex("00010001"));
        byte[] query = dnsQuery(id, name);
        byte[] answer = concat(u16(id), hex("81800001000100000000"), question, hex("c00c000100010000012c0004cb007150"));
        c.add(frame(client, server, UDP, udp(client, server, port, 53, query)));
        c.add(frame(server, client, UDP, udp(server, client, 53, port, answer)));
    }

    /** A whole TCP connection: handshake, one request, an answer in segments, and the closing. */
    static void web(Capture c, String client, String server, int port, int serverPort, byte[] request, int answer) {
        int a = c.random.nextInt();
        int b = c.random.nextInt();
        byte[] none = {};
        c.add(frame(
                client, server, TCP, tcp(client, server, port, serverPort, a, 0, SYN, hex("020405b401030307"), none)));
        c.add(frame(
                server,
                client,
                TCP,
                tcp(server, client, serverPort, port, b, a + 1, SYN | ACK, hex("020405b401030307"), none)));
        c.add(frame(client, server, TCP, tcp(client, server, port, serverPort, a + 1, b + 1, ACK, none, none)));
        c.add(frame(
                client, server, TCP, tcp(client, server, port, serverPort, a + 1, b + 1, ACK | PSH, none, request)));
        int sent = b + 1;
        int acknowledged = a + 1 + request.length;
        for (int left = answer; left > 0; left -= 700) {
            byte[] segment = c.bytes(Math.min(left, 700));
            c.add(frame(
                    server,
                    client,
                    TCP,
                    tcp(server, client, serverPort, port, sent, acknowledged, ACK | PSH, none, segment)));
            sent += segment.length;
        }
        c.add(frame(
                client, server, TCP, tcp(client, server, port, serverPort, acknowledged, sent, FIN | ACK, none, none)));
        c.add(frame(
                server,
                client,
                TCP,
                tcp(server, client, serverPort, port, sent, acknowledged + 1, FIN | ACK, none, none)));
        c.add(frame(
                client,
                server,
                TCP,
                tcp(client, server, port, serverPort, acknowledged + 1, sent + 1, ACK, none, none)));
    }

    static void quic(Capture c, String client, String server, int count) {
        byte[] connection = c.bytes(8);
        c.add(frame(
                client,
                server,
                UDP,
                udp(
                        client,
                        server,
                        51820,
                        443,
                        concat(hex("c30000000108"), connection, hex("0000449e"), c.bytes(1174)))));
        for (int i = 1; i < count; i++) {
            boolean out = i % 4 == 0;
            byte[] payload = concat(hex("41"), connection, c.bytes(out ? 30 : 400 + c.random.nextInt(800)));
            c.add(
                    out
                            ? frame(client, server, UDP, udp(client, server, 51820, 443, payload))
                            : frame(server, client, UDP, udp(server, client, 443, 51820, payload)));
        }
    }

    static void ping(Capture c) {
        for (int i = 1; i <= 4; i++) {
            byte[] data = c.bytes(56);
            c.add(frame("198.51.100.20", "203.0.113.1", ICMP, icmp(8, 0, u32(0x12340000 | i), data)));
            c.add(frame("203.0.113.1", "198.51.100.20", ICMP, icmp(0, 0, u32(0x12340000 | i), data)));
        }
        for (int i = 1; i <= 3; i++) {
            byte[] echo = concat(u32(0x56780000 | i), c.bytes(32));
            c.add(frame(
                    "2001:db8:1::10",
                    "2001:db8:80::80",
                    ICMPV6,
                    icmpv6("2001:db8:1::10", "2001:db8:80::80", 128, echo)));
            c.add(frame(
                    "2001:db8:80::80",
                    "2001:db8:1::10",
                    ICMPV6,
                    icmpv6("2001:db8:80::80", "2001:db8:1::10", 129, echo)));
        }
        byte[] solicitation = concat(u32(0), address("2001:db8:1::1"), hex("0101020000000002"));
        c.add(ethernet(
                "33:33:ff:00:00:01",
                HOST,
                0x86dd,
                ipv6(
                        "2001:db8:1::10",
                        "ff02::1:ff00:1",
                        ICMPV6,
                        255,
                        icmpv6("2001:db8:1::10", "ff02::1:ff00:1", 135, solicitation))));
        byte[] detection = concat(u32(0), address("fe80::2"));
        c.add(ethernet(
                "33:33:ff:00:00:02",
                HOST,
                0x86dd,
                ipv6("::", "ff02::1:ff00:2", ICMPV6, 255, icmpv6("::", "ff02::1:ff00:2", 135, detection))));
        byte[] refused = ipv4(
                "198.51.100.30",
                "203.0.113.77",
                UDP,
                9,
                0,
                udp("198.51.100.30", "203.0.113.77", 4000, 53, new byte[0]));
        c.add(frame("203.0.113.1", "198.51.100.30", ICMP, icmp(3, 1, u32(0), refused)));
    }

    /** What the README's block lists name: 10.0.0.0/8, 192.0.2.0/24 and 2001:db8:bad::/48. */
    static void privateSources(Capture c) {
        for (int i = 0; i < 20; i++) {
            String source = "10." + (i % 4) + "." + c.random.nextInt(256) + "." + (1 + c.random.nextInt(254));
            c.add(frame(
                    source,
                    "203.0.113.80",
                    UDP,
                    udp(source, "203.0.113.80", 1024 + i, 123, concat(hex("230006ec"), new byte[36], c.bytes(8)))));
        }
        for (int i = 0; i < 12; i++) {
            String source = "192.0.2." + (10 + i * 9);
            c.add(frame(
                    source,
                    "203.0.113.80",
                    TCP,
                    tcp(
                            source,
                            "203.0.113.80",
                            2000 + i,
                            i % 2 == 0 ? 80 : 8080,
                            c.random.nextInt(),
                            0,
                            SYN,
                            hex("020405b4"),
                            new byte[0])));
        }
        for (int i = 0; i < 10; i++) {
            String source = "2001:db8:bad::" + Integer.toHexString(0x100 + i);
            c.add(frame(
                    source,
                    "2001:db8:80::80",
                    UDP,
                    udp(source, "2001:db8:80::80", 3000 + i, 53, dnsQuery(i, "example.org"))));
        }
    }

    static void extensionHeaders(Capture c) {
        String client = "2001:db8:1::20";
        String server = "2001:db8:80::80";
        byte[] datagram = udp(client, server, 5000, 5001, c.bytes(40));
        byte[] hopByHop = hex("050200000100"); // router alert, padding
        c.add(frame(client, server, 0, concat(new byte[] {UDP, 0}, hopByHop, datagram)));
        c.add(frame(
                client,
                server,
                0,
                concat(new byte[] {60, 0}, hopByHop, new byte[] {UDP, 0}, hex("010400000000"), datagram)));
        byte[] segment = tcp(client, server, 5002, 443, 7, 0, SYN, hex("020405a0"), new byte[0]);
        c.add(frame(client, server, 60, concat(new byte[] {TCP, 1}, hex("010c000000000000000000000000"), segment)));
        byte[] authentication = concat(new byte[] {UDP, 4}, hex("0000000000010000000100112233445566778899aabb"));
        c.add(frame(client, server, 51, concat(authentication, datagram)));
        byte[] atomic = concat(new byte[] {UDP, 0}, hex("0000cafebabe"), datagram);
        c.add(frame(client, server, 44, atomic));
        byte[] chain = datagram; // ten headers: more than any honest sender uses
        int next = UDP;
        for (int i = 0; i < 10; i++) {
            chain = concat(new byte[] {(byte) next, 0}, hex("010400000000"), chain);
            next = 60;
        }
        c.add(frame(client, server, next, chain));
    }

    static void tagged(Capture c) {
        for (int i = 0; i < 12; i++) {
            String client = "198.51.100." + (100 + i);
            byte[] packet = ipv4(
                    client,
                    "203.0.113.53",
                    UDP,
                    i,
                    0,
                    udp(client, "203.0.113.53", 6000 + i, 53, dnsQuery(i, "vlan.example.com")));
            byte[] single = concat(u16(100 + i % 3), u16(0x0800), packet);
            byte[] both = concat(u16(200), u16(0x8100), single);
            c.add(i % 2 == 0 ? ethernet(ROUTER, HOST, 0x8100, single) : ethernet(ROUTER, HOST, 0x88a8, both));
        }
        String client = "2001:db8:1::70";
        byte[] packet = ipv6(
                client,
                "2001:db8:80::80",
                TCP,
                64,
                tcp(client, "2001:db8:80::80", 7000, 443, 1, 0, SYN, hex("020405a0"), new byte[0]));
        c.add(ethernet(ROUTER, HOST, 0x8100, concat(u16(0x2064), u16(0x86dd), packet)));
        for (int i = 0; i < 4; i++) { // a blocked source does not hide behind two tags
            String source = "10.9.0." + (1 + i);
            byte[] inner =
                    ipv4(source, "203.0.113.80", UDP, 50 + i, 0, udp(source, "203.0.113.80", 6100, 9, c.bytes(64)));
            c.add(ethernet(ROUTER, HOST, 0x88a8, concat(u16(200), u16(0x8100), u16(7), u16(0x0800), inner)));
        }
    }

    static void fragments(Capture c) {
        String client = "198.51.100.77";
        String server = "203.0.113.80";
        for (int i = 0; i < 3; i++) {
            byte[] whole = udp(client, server, 8000 + i, 2049, c.bytes(3000));
            for (int at = 0; at < whole.length; at += 1480) {
                int end = Math.min(at + 1480, whole.length);
                int more = end < whole.length ? 0x2000 : 0;
                c.add(ethernet(
                        ROUTER,
                        HOST,
                        0x0800,
                        ipv4(client, server, UDP, 0x4000 + i, more | at / 8, Arrays.copyOfRange(whole, at, end))));
            }
        }
        String client6 = "2001:db8:1::77";
        String server6 = "2001:db8:80::80";
        byte[] whole = udp(client6, server6, 8100, 2049, c.bytes(2000));
        for (int at = 0; at < whole.length; at += 1432) {
            int end = Math.min(at + 1432, whole.length);
            int field = at | (end < whole.length ? 1 : 0);
            c.add(frame(
                    client6,
                    server6,
                    44,
                    concat(new byte[] {UDP, 0}, u16(field), u32(0x1234), Arrays.copyOfRange(whole, at, end))));
        }
        byte[] tiny = Arrays.copyOf(tcp(client, server, 9000, 23, 1, 0, SYN, new byte[0], new byte[0]), 8);
        c.add(ethernet(ROUTER, HOST, 0x0800, ipv4(client, server, TCP, 0x5000, 0x2000, tiny))); // hides the flags
    }

    static void telnet(Capture c) {
        for (int i = 0; i < 15; i++) {
            String source = "203.0.113." + (200 + i);
            int port = i % 3 == 0 ? 2323 : 23;
            c.add(frame(
                    source,
                    "198.51.100." + (20 + i),
                    TCP,
                    tcp(
                            source,
                            "198.51.100." + (20 + i),
                            30000 + c.random.nextInt(30000),
                            port,
                            c.random.nextInt(),
                            0,
                            SYN,
                            hex("020405b4"),
                            new byte[0])));
        }
    }

    static void martians(Capture c) {
        String victim = "203.0.113.80";
        for (String source :
                List.of("127.0.0.1", "127.8.9.10", "224.0.0.5", "240.1.2.3", "255.255.255.255", "0.1.2.3", victim)) {
            c.add(frame(source, victim, UDP, udp(source, victim, 7, 19, c.bytes(26))));
        }
        for (String source : List.of("::1", "ff02::5", "::ffff:192.0.2.1", "2001:db8:80::80")) {
            c.add(frame(source, "2001:db8:80::80", UDP, udp(source, "2001:db8:80::80", 7, 19, c.bytes(26))));
        }
        byte[] discover = concat(hex("01010600"), c.bytes(4), new byte[228], hex("63825363350101ff"));
        c.add(ethernet(
                "ff:ff:ff:ff:ff:ff",
                HOST,
                0x0800, // an honest DHCP client
                ipv4("0.0.0.0", "255.255.255.255", UDP, 0, 0, udp("0.0.0.0", "255.255.255.255", 68, 67, discover))));
    }

    static void badFlags(Capture c) {
        String source = "203.0.113.99";
        int[] impossible = {0, SYN | FIN, SYN | RST, FIN, FIN | PSH | 32};
        for (int i = 0; i < 2 * impossible.length; i++) {
            c.add(frame(
                    source,
                    "198.51.100.20",
                    TCP,
                    tcp(
                            source,
                            "198.51.100.20",
                            4000 + i,
                            22 + i,
                            1,
                            0,
                            impossible[i % impossible.length],
                            new byte[0],
                            new byte[0])));
        }
    }

    static void malformed(Capture c) {
        String source = "198.51.100.88";
        String target = "203.0.113.80";
        byte[] good = frame(source, target, UDP, udp(source, target, 1000, 2000, c.bytes(30)));
        c.add(Arrays.copyOf(good, 14)); // nothing after Ethernet
        c.add(Arrays.copyOf(good, 30)); // an IPv4 header cut short
        c.add(Arrays.copyOf(good, 40)); // a UDP header cut short: less than the total length says
        c.add(patched(good, 14, 0x35)); // version 3
        c.add(patched(good, 14, 0x44)); // a header of 16 bytes
        c.add(patched(good, 14, 0x4f)); // a header of 60 bytes, more than the packet
        c.add(patched(good, 16, 0x05)); // a total length past the end
        c.add(patched(good, 17, 0x0a)); // a total length less than the header
        c.add(patched(good, 39, 0x04)); // a UDP length of 4
        byte[] segment = frame(source, target, TCP, tcp(source, target, 1000, 80, 1, 1, ACK, new byte[0], c.bytes(6)));
        c.add(patched(segment, 46, 0x20)); // a TCP header of 8 bytes
        c.add(patched(segment, 46, 0xf0)); // a TCP header of 60 bytes, past the end
        byte[] six = frame(
                "2001:db8:1::88", "2001:db8:80::80", UDP, udp("2001:db8:1::88", "2001:db8:80::80", 1, 2, c.bytes(20)));
        c.add(Arrays.copyOf(six, 50)); // an IPv6 header cut short
        c.add(Arrays.copyOf(six, 70)); // less than the payload length says
        c.add(patched(six, 20, 0)); // a hop-by-hop header that runs past the packet
        c.add(ethernet(ROUTER, HOST, 0x8100, hex("0064"))); // a tag cut short
    }

    static void otherProtocols(Capture c) {
        for (int i = 0; i < 4; i++) {
            c.add(frame(
                    "203.0.113.10",
                    "198.51.100.10",
                    47,
                    concat(
                            hex("00000800"), // GRE
                            ipv4(
                                    "198.51.100.200",
                                    "203.0.113.200",
                                    UDP,
                                    i,
                                    0,
                                    udp("198.51.100.200", "203.0.113.200", 1, 2, c.bytes(20))))));
            c.add(frame("203.0.113.10", "198.51.100.10", 50, concat(u32(0x1000), u32(i), c.bytes(96)))); // ESP
        }
        c.add(ethernet(
                "01:00:5e:00:00:05",
                ROUTER,
                0x0800, // OSPF hello
                ipv4(
                        "198.51.100.1",
                        "224.0.0.5",
                        89,
                        0,
                        0,
                        checksummed(
                                hex("0201002cc633640100000000000000000000000000000000"
                                        + "ffffff00000a020100000028c633640100000000"),
                                12))));
        c.add(ethernet(
                "01:80:c2:00:00:00",
                ROUTER,
                38,
                padded(
                        hex(
                                "4242030000000000" // spanning tree over LLC
                                        + "800002000000000100000000800002000000000180010000140002000f00"),
                        46)));
    }

    /** Clients of the load balancer's three services, answers of real servers, and packets that it has no part in. */
    static void balancer(Capture c) {
        for (int i = 0; i < 40; i++) {
            String client = "198.51.100." + (1 + i * 5);
            int port = 20000 + i * 37;
            byte[] none = {};
            byte[] request = httpRequest("shop.example.com");
            c.add(frame(
                    client, "192.0.2.10", TCP, tcp(client, "192.0.2.10", port, 80, i, 0, SYN, hex("020405b4"), none)));
            for (int real = 1; i % 4 == 0 && real <= 3; real++) { // which of them was asked, the balancer decides
                String server = "10.0.1." + real;
                c.add(ethernet(
                        ROUTER,
                        "02:00:00:00:01:0" + real,
                        0x0800,
                        ipv4(
                                server,
                                client,
                                TCP,
                                i,
                                0x4000,
                                tcp(server, client, 8080, port, 0, i + 1, SYN | ACK, hex("020405b4"), none))));
            }
            c.add(frame(client, "192.0.2.10", TCP, tcp(client, "192.0.2.10", port, 80, i + 1, 1, ACK, none, none)));
            c.add(frame(
                    client,
                    "192.0.2.10",
                    TCP,
                    tcp(client, "192.0.2.10", port, 80, i + 1, 1, ACK | PSH, none, request)));
        }
        for (int i = 0; i < 30; i++) {
            String client = "198.51.100." + (2 + i * 7);
            c.add(frame(
                    client, "192.0.2.11", UDP, udp(client, "192.0.2.11", 30000 + i, 53, dnsQuery(i, "example.net"))));
        }
        for (int i = 0; i < 30; i++) {
            String client = "2001:db8:1::" + Integer.toHexString(0x100 + i * 3);
            c.add(frame(
                    client,
                    "2001:db8:80::10",
                    TCP,
                    tcp(client, "2001:db8:80::10", 40000 + i, 443, i, 0, SYN, hex("020405a0"), new byte[0])));
        }
        byte[] echo = c.bytes(56);
        c.add(frame("198.51.100.9", "192.0.2.10", ICMP, icmp(8, 0, u32(0x11110001), echo)));
        byte[] echo6 = concat(u32(0x22220001), c.bytes(56));
        c.add(frame(
                "2001:db8:1::9", "2001:db8:80::10", ICMPV6, icmpv6("2001:db8:1::9", "2001:db8:80::10", 128, echo6)));
        c.add(frame(
                "198.51.100.9",
                "192.0.2.99",
                TCP,
                tcp("198.51.100.9", "192.0.2.99", 1, 80, 1, 0, SYN, new byte[0], new byte[0])));
        c.add(frame(
                "198.51.100.9",
                "192.0.2.10",
                TCP,
                tcp("198.51.100.9", "192.0.2.10", 1, 8080, 1, 0, SYN, new byte[0], new byte[0])));
        byte[] noChecksum = udp("198.51.100.9", "192.0.2.11", 31000, 53, dnsQuery(99, "example.net"));
        noChecksum[6] = 0;
        noChecksum[7] = 0;
        c.add(frame("198.51.100.9", "192.0.2.11", UDP, noChecksum)); // UDP over IPv4 may go without
        arp(c);
    }

    static byte[] httpRequest(String host) {
        return ("GET / HTTP/1.1\r\nHost: " + host + "\r\nUser-Agent: example/1.0\r\nAccept: */*\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    static byte[] tlsHello(Capture c) {
        byte[] extensions = hex("0000001400120000" + "0f7777772e6578616d706c652e636f6d" + "002b0003020304");
        byte[] body = concat(
                hex("0303"), c.bytes(32), hex("00" + "0004" + "13011302" + "0100"), u16(extensions.length), extensions);
        byte[] handshake = concat(hex("0100"), u16(body.length), body);
        return concat(hex("160301"), u16(handshake.length), handshake);
    }
}
