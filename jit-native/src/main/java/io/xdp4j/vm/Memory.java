package io.xdp4j.vm;

import io.xdp4j.bpf.insn.Opcode;
import io.xdp4j.sys.NativeMemory;

/** A program's loads and stores, each checked against what it may touch. A bad one is a fault and yields 0. */
final class Memory {

    private final Execution execution;

    Memory(final Execution execution) {
        this.execution = execution;
    }

    long load(final int opcode, final long address) {
        final int size = Opcode.sizeInBytes(opcode);
        final boolean signed = (opcode & Opcode.MODE_MASK) == Opcode.MODE_MEMSX;
        if (execution.inContext(address)) {
            return loadContext(address, size, signed);
        }
        if (!execution.readable(address, size)) {
            return execution.fault("load out of bounds", address, size);
        }
        return switch (size) {
            case 1 -> signed ? NativeMemory.getByte(address) : NativeMemory.getByte(address) & 0xffL;
            case 2 -> signed ? NativeMemory.getShort(address) : NativeMemory.getShort(address) & 0xffffL;
            case 4 -> signed ? NativeMemory.getInt(address) : NativeMemory.getInt(address) & 0xffff_ffffL;
            default -> NativeMemory.getLong(address);
        };
    }

    /** The kernel refuses a load that extends a context field's sign: {@code check_mem_access}, Linux 6.18. */
    private long loadContext(final long address, final int size, final boolean signed) {
        return signed
                ? execution.fault("context field read with sign extension (read it unsigned)", address, size)
                : execution.loadContext(address, size);
    }

    void store(final int opcode, final long address, final long value) {
        final int size = Opcode.sizeInBytes(opcode);
        if (!writable(address, size)) {
            return;
        }
        switch (size) {
            case 1 -> NativeMemory.putByte(address, (byte) value);
            case 2 -> NativeMemory.putShort(address, (short) value);
            case 4 -> NativeMemory.putInt(address, (int) value);
            default -> NativeMemory.putLong(address, value);
        }
    }

    long loadAcquire(final int opcode, final long address) {
        final int size = Opcode.sizeInBytes(opcode);
        if (!execution.readable(address, size)) {
            return execution.fault("load out of bounds", address, size);
        }
        if (misaligned(address, size)) {
            return 0;
        }
        return switch (size) {
            case 1 -> NativeMemory.getByteAcquire(address) & 0xffL;
            case 2 -> NativeMemory.getShortAcquire(address) & 0xffffL;
            case 4 -> NativeMemory.getIntAcquire(address) & 0xffff_ffffL;
            default -> NativeMemory.getLongAcquire(address);
        };
    }

    void storeRelease(final int opcode, final long address, final long value) {
        final int size = Opcode.sizeInBytes(opcode);
        if (!writable(address, size) || misaligned(address, size)) {
            return;
        }
        switch (size) {
            case 1 -> NativeMemory.putByteRelease(address, (byte) value);
            case 2 -> NativeMemory.putShortRelease(address, (short) value);
            case 4 -> NativeMemory.putIntRelease(address, (int) value);
            default -> NativeMemory.putLongRelease(address, value);
        }
    }

    /** Returns what was there before, zero-extended. */
    long compareAndExchange(final int opcode, final long address, final long expected, final long value) {
        final int size = Opcode.sizeInBytes(opcode);
        if (!writable(address, size) || misaligned(address, size)) {
            return 0;
        }
        return size == 4
                ? NativeMemory.compareAndExchangeInt(address, (int) expected, (int) value) & 0xffff_ffffL
                : NativeMemory.compareAndExchangeLong(address, expected, value);
    }

    /** Returns what was there before, zero-extended. */
    long atomic(final int opcode, final int operation, final long address, final long value) {
        final int size = Opcode.sizeInBytes(opcode);
        if (!writable(address, size) || misaligned(address, size)) {
            return 0;
        }
        return size == 4
                ? atomicInt(operation, address, (int) value) & 0xffff_ffffL
                : atomicLong(operation, address, value);
    }

    private static int atomicInt(final int operation, final long address, final int value) {
        return switch (operation & ~Opcode.ATOMIC_FETCH) {
            case Opcode.ATOMIC_ADD -> NativeMemory.getAndAddInt(address, value);
            case Opcode.ATOMIC_OR -> NativeMemory.getAndOrInt(address, value);
            case Opcode.ATOMIC_AND -> NativeMemory.getAndAndInt(address, value);
            case Opcode.ATOMIC_XOR -> NativeMemory.getAndXorInt(address, value);
            default -> NativeMemory.getAndSetInt(address, value);
        };
    }

    private static long atomicLong(final int operation, final long address, final long value) {
        return switch (operation & ~Opcode.ATOMIC_FETCH) {
            case Opcode.ATOMIC_ADD -> NativeMemory.getAndAddLong(address, value);
            case Opcode.ATOMIC_OR -> NativeMemory.getAndOrLong(address, value);
            case Opcode.ATOMIC_AND -> NativeMemory.getAndAndLong(address, value);
            case Opcode.ATOMIC_XOR -> NativeMemory.getAndXorLong(address, value);
            default -> NativeMemory.getAndSetLong(address, value);
        };
    }

    private boolean writable(final long address, final int size) {
        if (execution.writable(address, size)) {
            return true;
        }
        execution.fault(
                execution.inContext(address)
                        ? "store into the context"
                        : execution.readable(address, size) ? "store into read-only memory" : "store out of bounds",
                address,
                size);
        return false;
    }

    private boolean misaligned(final long address, final int size) {
        if ((address & size - 1) == 0) {
            return false;
        }
        execution.fault("atomic access to a misaligned address", address, size);
        return true;
    }
}
