package io.xdp4j.bpf;

/** Error numbers that maps and helpers answer with, as Linux on x86-64 and arm64 numbers them. */
public enum Errno {
    EPERM(1),
    ENOENT(2),
    EINTR(4),
    E2BIG(7),
    EBADF(9),
    EAGAIN(11),
    ENOMEM(12),
    EACCES(13),
    EFAULT(14),
    EBUSY(16),
    EEXIST(17),
    ENODEV(19),
    EINVAL(22),
    EMFILE(24),
    ENOSPC(28),
    EROFS(30),
    ERANGE(34),
    EDEADLK(35),
    ENAMETOOLONG(36),
    ENOSYS(38),
    ELOOP(40),
    ENODATA(61),
    EPROTO(71),
    EOVERFLOW(75),
    EMSGSIZE(90),
    EPROTONOSUPPORT(93),
    EOPNOTSUPP(95),
    EAFNOSUPPORT(97),
    ENETDOWN(100),
    ENETUNREACH(101),
    ENOBUFS(105),
    EHOSTUNREACH(113),
    ENOTSUPP(524);

    private final int number;

    Errno(final int number) {
        this.number = number;
    }

    /** The positive number. */
    public int number() {
        return number;
    }

    /** What the kernel returns: the number, negative. */
    public int negative() {
        return -number;
    }

    /** The name of an error number, positive or negative; the bare number if we know no name. */
    public static String nameOf(final int number) {
        final int positive = Math.abs(number);
        for (final Errno errno : values()) {
            if (errno.number == positive) {
                return errno.name();
            }
        }
        return "errno " + positive;
    }
}
