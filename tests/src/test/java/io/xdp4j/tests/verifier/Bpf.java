package io.xdp4j.tests.verifier;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/** The system call bpf(2), for tests. Commands and attributes are those of {@code union bpf_attr}, Linux 6.18. */
@SuppressWarnings("restricted") // calls into the system are what it is for
final class Bpf {

    static final int MAP_CREATE = 0;
    static final int MAP_UPDATE_ELEM = 2;
    static final int PROG_LOAD = 5;
    static final int BTF_LOAD = 18;
    static final int MAP_FREEZE = 22;

    static final int EPERM = 1;
    static final int EAGAIN = 11;
    static final int ENOSPC = 28;
    static final int ENOSYS = 38;

    private static final long NUMBER = System.getProperty("os.arch").equals("aarch64") ? 280 : 321;
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle SYSCALL = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("syscall"),
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.ADDRESS,
                            ValueLayout.JAVA_LONG),
                    Linker.Option.firstVariadicArg(1),
                    Linker.Option.captureCallState("errno"));
    private static final MethodHandle CLOSE = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("close"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private Bpf() {}

    /** The call's result, or the negative errno. */
    @SuppressWarnings("IllegalCatch") // a method handle declares Throwable
    static int call(final int command, final MemorySegment attributes) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment state = arena.allocate(STATE);
            final long result =
                    (long) SYSCALL.invokeExact(state, NUMBER, (long) command, attributes, attributes.byteSize());
            return result < 0 ? -(int) ERRNO.get(state, 0L) : (int) result;
        } catch (final Throwable e) {
            throw new LinkageError("bpf(2) cannot be called", e);
        }
    }

    @SuppressWarnings("IllegalCatch") // a method handle declares Throwable
    static void close(final int fd) {
        try {
            final int _ = (int) CLOSE.invokeExact(fd);
        } catch (final Throwable e) {
            throw new LinkageError("close(2) cannot be called", e);
        }
    }
}
