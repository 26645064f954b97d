package io.xdp4j.vm.helper;

import io.xdp4j.bpf.Errno;
import io.xdp4j.vm.Execution;

/**
 * Helpers on sockets: {@code net/core/filter.c}, Linux 6.18. The JVM sees none of the machine's sockets, so a look-up finds
 * nothing, and there is nothing to do with what it found.
 */
final class SocketHelpers {

    private SocketHelpers() {}

    static long lookup(
            final Execution execution,
            final long ctx,
            final long tuple,
            final long size,
            final long netns,
            final long flags) {
        return 0;
    }

    static long release(
            final Execution execution, final long socket, final long r2, final long r3, final long r4, final long r5) {
        return socket == 0 ? 0 : execution.fault("release of what is no socket", socket, 0);
    }

    /** {@code tcp_gen_syncookie}, {@code tcp_check_syncookie}: the socket is none that listens. */
    static long synCookie(
            final Execution execution,
            final long socket,
            final long ip,
            final long ipLength,
            final long tcp,
            final long tcpLength) {
        return Errno.EINVAL.negative();
    }
}
