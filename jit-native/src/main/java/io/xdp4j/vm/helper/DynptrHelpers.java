package io.xdp4j.vm.helper;

import io.xdp4j.bpf.Errno;
import io.xdp4j.sys.NativeMemory;
import io.xdp4j.vm.Execution;

/** Helpers and kfuncs on dynptrs: {@code kernel/bpf/helpers.c}, {@code net/core/filter.c}, Linux 6.18. */
final class DynptrHelpers {

    private static final long LOW = 0xffff_ffffL;

    private DynptrHelpers() {}

    static long fromMem(
            final Execution execution,
            final long memory,
            final long size,
            final long flags,
            final long dynptr,
            final long r5) {
        final long length = size & LOW;
        if (length > Dynptr.MAX_SIZE || flags != 0) {
            Dynptr.setNull(dynptr);
            return (length > Dynptr.MAX_SIZE ? Errno.E2BIG : Errno.EINVAL).negative();
        }
        Dynptr.set(dynptr, Dynptr.LOCAL, memory, (int) length);
        return 0;
    }

    static long fromXdp(
            final Execution execution,
            final long ctx,
            final long flags,
            final long dynptr,
            final long r4,
            final long r5) {
        if (flags != 0) {
            Dynptr.setNull(dynptr);
            return Errno.EINVAL.negative();
        }
        Dynptr.set(dynptr, Dynptr.XDP, ctx, PacketBytes.length(execution.burst(), execution.slot()));
        return 0;
    }

    static long read(
            final Execution execution,
            final long target,
            final long length,
            final long dynptr,
            final long offset,
            final long flags) {
        if (Dynptr.isNull(dynptr) || flags != 0) {
            return Errno.EINVAL.negative();
        }
        final int error = Dynptr.check(dynptr, offset & LOW, length & LOW);
        if (error != 0) {
            return error;
        }
        return copy(execution, dynptr, offset & LOW, target, length & LOW, false);
    }

    static long write(
            final Execution execution,
            final long dynptr,
            final long offset,
            final long source,
            final long length,
            final long flags) {
        if (Dynptr.isNull(dynptr) || Dynptr.readOnly(dynptr)) {
            return Errno.EINVAL.negative();
        }
        final int error = Dynptr.check(dynptr, offset & LOW, length & LOW);
        if (error != 0) {
            return error;
        }
        if (flags != 0) {
            return Errno.EINVAL.negative();
        }
        return copy(execution, dynptr, offset & LOW, source, length & LOW, true);
    }

    /** Copies bytes that the dynptr has to or from memory that the program has. */
    private static long copy(
            final Execution execution,
            final long dynptr,
            final long offset,
            final long memory,
            final long length,
            final boolean toDynptr) {
        final long at = offset + Dynptr.offset(dynptr);
        return switch (Dynptr.kind(dynptr)) {
            case Dynptr.XDP ->
                toDynptr
                        ? PacketBytes.store(execution, at, memory, length)
                        : PacketBytes.load(execution, at, memory, length);
            case Dynptr.LOCAL, Dynptr.RINGBUF -> {
                final long address = Dynptr.address(dynptr) + at;
                if (length != 0 && toDynptr && writable(execution, address, length)) {
                    NativeMemory.copy(memory, address, length);
                } else if (length != 0 && !toDynptr && readable(execution, address, length)) {
                    NativeMemory.copy(address, memory, length);
                }
                yield 0;
            }
            default -> forged(execution, dynptr);
        };
    }

    /** The address of the bytes, for the program to use; what it does with it is checked then. */
    static long data(
            final Execution execution,
            final long dynptr,
            final long offset,
            final long length,
            final long r4,
            final long r5) {
        if (Dynptr.isNull(dynptr)
                || Dynptr.check(dynptr, offset & LOW, length & LOW) != 0
                || Dynptr.readOnly(dynptr)
                || Dynptr.kind(dynptr) == Dynptr.XDP) {
            return 0;
        }
        return Dynptr.address(dynptr) + Dynptr.offset(dynptr) + (offset & LOW);
    }

    /** {@code bpf_dynptr_slice}: an address of the bytes where they lie, or of a copy in the program's buffer, or 0. */
    static long slice(
            final Execution execution,
            final long dynptr,
            final long offset,
            final long buffer,
            final long length,
            final long r5) {
        if (Dynptr.isNull(dynptr) || Dynptr.check(dynptr, offset & LOW, length & LOW) != 0) {
            return 0;
        }
        final long from = (offset & LOW) + Dynptr.offset(dynptr);
        if (Dynptr.kind(dynptr) != Dynptr.XDP) {
            return Dynptr.address(dynptr) + from;
        }
        final long address = PacketBytes.pointer(execution, from, length & LOW);
        if (address > 0) {
            return address;
        }
        if (buffer == 0 || from + (length & LOW) > PacketBytes.length(execution.burst(), execution.slot())) {
            return 0;
        }
        PacketBytes.read(execution, from, buffer, length & LOW);
        return buffer;
    }

    static long sliceWritable(
            final Execution execution,
            final long dynptr,
            final long offset,
            final long buffer,
            final long length,
            final long r5) {
        return Dynptr.isNull(dynptr) || Dynptr.readOnly(dynptr)
                ? 0
                : slice(execution, dynptr, offset, buffer, length, r5);
    }

    static long adjust(
            final Execution execution,
            final long dynptr,
            final long start,
            final long end,
            final long r4,
            final long r5) {
        final long from = start & LOW;
        final long to = end & LOW;
        if (Dynptr.isNull(dynptr) || from > to) {
            return Errno.EINVAL.negative();
        }
        if (to > Dynptr.size(dynptr)) {
            return Errno.ERANGE.negative();
        }
        Dynptr.offset(dynptr, Dynptr.offset(dynptr) + (int) from);
        Dynptr.size(dynptr, (int) (to - from));
        return 0;
    }

    static long isNull(
            final Execution execution, final long dynptr, final long r2, final long r3, final long r4, final long r5) {
        return Dynptr.isNull(dynptr) ? 1 : 0;
    }

    static long isReadOnly(
            final Execution execution, final long dynptr, final long r2, final long r3, final long r4, final long r5) {
        return !Dynptr.isNull(dynptr) && Dynptr.readOnly(dynptr) ? 1 : 0;
    }

    /** An unsigned 32-bit number; of a null dynptr -EINVAL as such a number, as in the kernel. */
    static long size(
            final Execution execution, final long dynptr, final long r2, final long r3, final long r4, final long r5) {
        return (Dynptr.isNull(dynptr) ? Errno.EINVAL.negative() : Dynptr.size(dynptr)) & LOW;
    }

    static long copyOf(
            final Execution execution,
            final long dynptr,
            final long clone,
            final long r3,
            final long r4,
            final long r5) {
        if (Dynptr.isNull(dynptr)) {
            Dynptr.setNull(clone);
            return Errno.EINVAL.negative();
        }
        NativeMemory.copy(dynptr, clone, Dynptr.LENGTH);
        return 0;
    }

    private static boolean readable(final Execution execution, final long address, final long length) {
        if (execution.readable(address, length)) {
            return true;
        }
        execution.fault("dynptr leads to memory that is not readable", address, (int) length);
        return false;
    }

    private static boolean writable(final Execution execution, final long address, final long length) {
        if (execution.writable(address, length)) {
            return true;
        }
        execution.fault("dynptr leads to memory that is not writable", address, (int) length);
        return false;
    }

    private static long forged(final Execution execution, final long dynptr) {
        return execution.fault("no function made this dynptr", dynptr, Dynptr.LENGTH);
    }
}
