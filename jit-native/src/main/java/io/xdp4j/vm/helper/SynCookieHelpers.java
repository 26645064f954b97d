package io.xdp4j.vm.helper;

import io.xdp4j.bpf.Errno;
import io.xdp4j.sys.NativeMemory;
import io.xdp4j.vm.Execution;
import java.security.SecureRandom;

/**
 * SYN cookies without a socket: {@code net/ipv4/syncookies.c}, {@code net/ipv6/syncookies.c} and {@code
 * net/core/filter.c}, Linux 6.18. The secrets are this JVM's, made when the class is loaded: all engines in it accept each
 * other's cookies, no other machine does.
 */
final class SynCookieHelpers {

    private static final int COOKIE_BITS = 24;
    private static final int COOKIE_MASK = (1 << COOKIE_BITS) - 1;

    /** {@code MAX_SYNCOOKIE_AGE}: minutes. */
    private static final int MAX_AGE = 2;

    private static final int TCP_LENGTH = 20;
    private static final int TCP_MSS_DEFAULT = 536;
    private static final int TCP_OPTION_NOP = 1;
    private static final int TCP_OPTION_MSS = 2;

    /** {@code IPV6_MIN_MTU} less the headers of IPv6 and TCP. */
    private static final int MSS_DEFAULT_V6 = 1280 - 40 - 20;

    private static final int[] MSS_V4 = {536, 1300, 1440, 1460};
    private static final int[] MSS_V6 = {1280 - 60, 1480 - 60, 1500 - 60, 9000 - 60};

    private static final Family V4 = new Family(12, 8, MSS_V4, TCP_MSS_DEFAULT);
    private static final Family V6 = new Family(8, 32, MSS_V6, MSS_DEFAULT_V6);

    private SynCookieHelpers() {}

    static long generateV4(
            final Execution execution, final long ip, final long tcp, final long length, final long r4, final long r5) {
        return generate(execution, V4, ip, tcp, (int) length);
    }

    static long generateV6(
            final Execution execution, final long ip, final long tcp, final long length, final long r4, final long r5) {
        return generate(execution, V6, ip, tcp, (int) length);
    }

    static long checkV4(
            final Execution execution, final long ip, final long tcp, final long r3, final long r4, final long r5) {
        return check(execution, V4, ip, tcp);
    }

    static long checkV6(
            final Execution execution, final long ip, final long tcp, final long r3, final long r4, final long r5) {
        return check(execution, V6, ip, tcp);
    }

    /** The cookie in the low 32 bits, above it the MSS that it stands for; or a negative error number. */
    private static long generate(
            final Execution execution, final Family family, final long ip, final long tcp, final int length) {
        if (length < TCP_LENGTH || length != headerLength(tcp)) {
            return Errno.EINVAL.negative();
        }
        final int option = mssOption(tcp, length);
        final int wanted = option == 0 ? family.mssDefault : option;
        int index = family.mss.length - 1;
        while (index > 0 && wanted < family.mss[index]) {
            index--;
        }
        final int minutes = minutes(execution);
        final int cookie = family.hash(ip, tcp, 0, 0)
                + sequence(tcp)
                + (minutes << COOKIE_BITS)
                + ((family.hash(ip, tcp, minutes, 1) + index) & COOKIE_MASK);
        return (cookie & 0xffff_ffffL) | ((long) family.mss[index] << 32);
    }

    /** 0 if the acknowledgement's number is a cookie that was given out within the last two minutes, else -EACCES. */
    private static long check(final Execution execution, final Family family, final long ip, final long tcp) {
        final int minutes = minutes(execution);
        final int cookie = Integer.reverseBytes(NativeMemory.getInt(tcp + 8))
                - 1
                - family.hash(ip, tcp, 0, 0)
                - (sequence(tcp) - 1);
        final int age = (minutes - (cookie >>> COOKIE_BITS)) & (-1 >>> COOKIE_BITS);
        if (age >= MAX_AGE) {
            return Errno.EACCES.negative();
        }
        final int index = (cookie - family.hash(ip, tcp, minutes - age, 1)) & COOKIE_MASK;
        return index < family.mss.length ? 0 : Errno.EACCES.negative();
    }

    /** {@code tcp_cookie_time}. */
    private static int minutes(final Execution execution) {
        return (int) Long.divideUnsigned(MachineHelpers.jiffies(execution), 60 * MachineHelpers.HZ);
    }

    private static int sequence(final long tcp) {
        return Integer.reverseBytes(NativeMemory.getInt(tcp + 4));
    }

    private static int headerLength(final long tcp) {
        return (NativeMemory.getByte(tcp + 12) >> 2) & 0x3c;
    }

    /** {@code tcp_parse_mss_option}: 0 if there is none. */
    private static int mssOption(final long tcp, final int length) {
        int mss = 0;
        int at = TCP_LENGTH;
        while (at < length) {
            final int kind = NativeMemory.getByte(tcp + at);
            if (kind == TCP_OPTION_NOP) {
                at++;
                continue;
            }
            final int size = kind == 0 || length - at < 2 ? 0 : NativeMemory.getByte(tcp + at + 1) & 0xff;
            if (size < 2 || size > length - at) {
                return mss;
            }
            if (kind == TCP_OPTION_MSS && size == 4) {
                final int value = Short.toUnsignedInt(Short.reverseBytes(NativeMemory.getShort(tcp + at + 2)));
                mss = value == 0 ? mss : value;
            }
            at += size;
        }
        return mss;
    }

    /** What differs between IPv4 and IPv6, with a secret for each use of the hash. */
    private static final class Family {

        private final int addresses;
        private final int addressBytes;
        private final int[] mss;
        private final int mssDefault;
        private final long[] secret = new SecureRandom().longs(4).toArray();

        Family(final int addresses, final int addressBytes, final int[] mss, final int mssDefault) {
            this.addresses = addresses;
            this.addressBytes = addressBytes;
            this.mss = mss;
            this.mssDefault = mssDefault;
        }

        /** {@code cookie_hash}: addresses stand together in the IP header, ports in the TCP header. */
        int hash(final long ip, final long tcp, final int count, final int use) {
            final long ports = NativeMemory.getInt(tcp) & 0xffff_ffffL;
            return (int) SipHash.hash(
                    secret[2 * use],
                    secret[2 * use + 1],
                    ip + addresses,
                    addressBytes,
                    (ports << 32) | (count & 0xffff_ffffL));
        }
    }
}
