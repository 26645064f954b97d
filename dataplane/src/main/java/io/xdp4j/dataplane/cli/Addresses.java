package io.xdp4j.dataplane.cli;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** IPv4, IPv6 and MAC addresses as text. Never asks a name server. */
final class Addresses {

    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");
    private static final Pattern MAC = Pattern.compile("[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){5}");

    private Addresses() {}

    static boolean isIpv4(final String text) {
        return IPV4.matcher(text).matches();
    }

    /** The four bytes of an IPv4 address. */
    static byte[] ipv4(final String text) {
        final byte[] bytes = new byte[4];
        final String[] parts = text.split("\\.", -1);
        for (int i = 0; i < 4; i++) {
            final int part = isIpv4(text) ? Integer.parseInt(parts[i]) : 256;
            if (part > 255) {
                throw new IllegalArgumentException("not an IPv4 address: " + text);
            }
            bytes[i] = (byte) part;
        }
        return bytes;
    }

    /** The sixteen bytes of an IPv6 address; {@code ::ffff:a.b.c.d} keeps its form. */
    static byte[] ipv6(final String text) {
        if (!IPV6.matcher(text).matches()) {
            throw new IllegalArgumentException("not an IPv6 address: " + text);
        }
        try {
            final byte[] bytes = InetAddress.ofLiteral(text).getAddress();
            if (bytes.length == 16) {
                return bytes;
            }
            final byte[] mapped = new byte[16];
            mapped[10] = -1;
            mapped[11] = -1;
            System.arraycopy(bytes, 0, mapped, 12, 4);
            return mapped;
        } catch (final IllegalArgumentException notAnAddress) {
            throw new IllegalArgumentException("not an IPv6 address: " + text, notAnAddress);
        }
    }

    static boolean isMac(final String text) {
        return MAC.matcher(text).matches();
    }

    static byte[] mac(final String text) {
        return HexFormat.of().parseHex(text.replaceAll("[:-]", ""));
    }

    /** {@code 192.0.2.1}, {@code 2001:db8::1} or {@code 02:00:00:00:00:01}, by length: 4, 16 or 6 bytes. */
    static String text(final byte[] bytes) {
        return switch (bytes.length) {
            case 4 -> (bytes[0] & 0xff) + "." + (bytes[1] & 0xff) + "." + (bytes[2] & 0xff) + "." + (bytes[3] & 0xff);
            case 16 -> ipv6Text(bytes);
            default -> HexFormat.ofDelimiter(":").formatHex(bytes);
        };
    }

    private static String ipv6Text(final byte[] bytes) {
        final boolean mapped = isMapped(bytes);
        if (mapped) {
            return "::ffff:" + text(new byte[] {bytes[12], bytes[13], bytes[14], bytes[15]});
        }
        try {
            return compress(InetAddress.getByAddress(bytes).getHostAddress());
        } catch (final UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static boolean isMapped(final byte[] bytes) {
        for (int i = 0; i < 10; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return bytes[10] == -1 && bytes[11] == -1;
    }

    /** Java writes all eight groups; the longest run of two or more zero groups becomes {@code ::} (RFC 5952). */
    private static String compress(final String groups) {
        final String[] parts = groups.split(":");
        int bestStart = -1;
        int bestLength = 1;
        for (int i = 0; i < parts.length; i++) {
            int length = 0;
            while (i + length < parts.length && parts[i + length].equals("0")) {
                length++;
            }
            if (length > bestLength) {
                bestStart = i;
                bestLength = length;
            }
            i += length;
        }
        if (bestStart < 0) {
            return groups;
        }
        final String head = String.join(":", java.util.Arrays.copyOfRange(parts, 0, bestStart));
        final String tail = String.join(":", java.util.Arrays.copyOfRange(parts, bestStart + bestLength, parts.length));
        return head + "::" + tail;
    }
}
