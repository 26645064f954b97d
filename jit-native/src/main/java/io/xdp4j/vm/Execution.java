package io.xdp4j.vm;

import io.xdp4j.map.RingBuffer;
import io.xdp4j.map.UserspaceMap;
import io.xdp4j.packet.Burst;
import io.xdp4j.packet.FrameLayout;
import io.xdp4j.sys.NativeArea;
import org.jspecify.annotations.Nullable;

/**
 * What one worker has while it runs programs: its stack, the packet at hand, and what it may touch. Owned and used by one
 * thread; every helper gets it.
 *
 * <p>Memory that a program may touch: the packet with its metadata, its stack frames, map values, reserved ring buffer
 * records, and, for {@code xdp4j exec}, one memory given by the caller. The context is none: it is read through
 * {@link #loadContext}, since its 32-bit fields stand for 64-bit addresses.
 *
 * <p>The stack is zero at first and is not cleared between packets, which would cost 4 KB of stores each: a program that
 * reads stack before it writes it sees what this worker's earlier runs left. Nothing but programs of the same engine ever
 * writes there. The kernel's verifier refuses such a read from unprivileged programs, and clears nothing either.
 */
public final class Execution implements AutoCloseable {

    /** Bytes of stack in a frame. */
    public static final int FRAME = 512;

    /** Frames at most: the program, and calls within it. */
    public static final int FRAMES = 8;

    /** Tail calls at most in one run: {@code MAX_TAIL_CALL_CNT}, Linux 6.18. */
    public static final int TAIL_CALLS = 33;

    /** Bytes that the context seems to take: {@code struct xdp_md}. */
    static final int CONTEXT_LENGTH = 24;

    /** Ring buffer records that a program may have reserved and not yet submitted at one time. */
    public static final int RECORDS = 16;

    /** Bytes that helpers have for what they hand to callbacks: keys, a dynptr, a line to print. */
    static final int SCRATCH = 16384;

    /** What a program holds as the address of its function at slot 0. */
    private static final long FUNCTION_BASE = 0x4675_6e63_0000_0000L;

    private final int cpu;
    private final Environment environment;
    private final NativeArea area;
    private final long stackTop;
    private final long context;
    private final long scratchStart;
    private final Burst none = new Burst(1);
    private final Holdings held = new Holdings();
    private final RunFault fault = new RunFault();
    private final MapOwners owners;

    private Burst burst = none;
    private int slot;
    private long packetStart;
    private long packetEnd;
    private boolean frags;
    private int egressIfindex;
    private long stackLow;
    private long scratchEnd;
    private long memory;
    private long memoryEnd;
    private @Nullable Callbacks callbacks;
    private int random;

    /** Makes a worker's execution; {@code cpu} is what the program takes for its CPU. */
    public Execution(final int cpu, final Environment environment) {
        this.cpu = cpu;
        this.environment = environment;
        this.owners = new MapOwners(environment.maps());
        this.area = new NativeArea((FRAMES + 2L) * FRAME + SCRATCH, 64);
        this.stackTop = area.address() + (long) FRAMES * FRAME;
        this.stackLow = stackTop;
        this.context = stackTop + FRAME;
        this.scratchStart = context + FRAME;
        this.scratchEnd = scratchStart;
        final int seed = environment.clock().repeatable() ? 0 : (int) System.nanoTime();
        this.random = (seed ^ (cpu + 1) * 0x9e37_79b9) | 1;
    }

    // ---- the worker ----

    /** The number that the program takes for its CPU. */
    public int cpu() {
        return cpu;
    }

    /** The world around. */
    public Environment environment() {
        return environment;
    }

    /** A pseudo-random number: xorshift, seeded by CPU, and by time unless the clock is {@link Clock#repeatable}. */
    public int nextRandom() {
        int x = random;
        x ^= x << 13;
        x ^= x >>> 17;
        x ^= x << 5;
        random = x;
        return x;
    }

    /** The map that a handle names; null if the number is no handle. */
    public @Nullable UserspaceMap map(final long handle) {
        return environment.maps().byHandle(handle);
    }

    // ---- the packet ----

    /** Starts on the packet at {@code slot}; a packet in several frames starts at its first. */
    void begin(final Burst packets, final int first, final boolean multiBuffer) {
        burst = packets;
        slot = first;
        frags = multiBuffer;
        beginWithoutPacket();
        packetChanged();
    }

    /** Starts a run without a packet, such as a timer's callback: no fault so far, nothing held. */
    public void beginWithoutPacket() {
        letGo();
        fault.clear();
    }

    /** Ends a run: forgets the packet, and lets go of what the program still holds. */
    public void end() {
        letGo();
        burst = none;
        slot = 0;
        egressIfindex = 0;
        packetStart = 0;
        packetEnd = 0;
    }

    /** The burst that the packet is in. */
    public Burst burst() {
        return burst;
    }

    /** The packet's (first) slot in {@link #burst()}. */
    public int slot() {
        return slot;
    }

    /** Whether the program takes packets in several frames. */
    public boolean frags() {
        return frags;
    }

    /** Address of the packet's first byte. */
    public long data() {
        return burst.data[slot];
    }

    /** Address after the last byte of the packet's first frame. */
    public long dataEnd() {
        return burst.data[slot] + burst.length[slot];
    }

    /** Address of the metadata; {@link #data()} if there is none. */
    public long dataMeta() {
        return burst.data[slot] - burst.metaLength[slot];
    }

    /** The first address that {@code adjust_head} and {@code adjust_meta} may reach. */
    public long hardStart() {
        return burst.frameStart[slot] + FrameLayout.RESERVED_HEAD;
    }

    /** The address that {@code adjust_tail} may move the end of the frame in {@code frameSlot} up to. */
    public long hardEnd(final int frameSlot) {
        return burst.frameStart[frameSlot] + burst.frameSize[frameSlot] - FrameLayout.RESERVED_TAIL;
    }

    /** Tells that a helper moved the packet's bounds in the burst. */
    public void packetChanged() {
        packetStart = dataMeta();
        packetEnd = dataEnd();
    }

    /** The interface that a program at a devmap entry sends to; 0 elsewhere. */
    public int egressIfindex() {
        return egressIfindex;
    }

    /** Sets what a program at a devmap entry reads as {@code egress_ifindex}, until the {@link #end} of the run. */
    public void egressIfindex(final int ifindex) {
        egressIfindex = ifindex;
    }

    // ---- the context ----

    /** What the program holds as its context. */
    public long context() {
        return context;
    }

    boolean inContext(final long address) {
        return address - context >= 0 && address - context < CONTEXT_LENGTH;
    }

    /**
     * What a load of {@code size} bytes from the context yields. The kernel allows whole 32-bit fields only ({@code
     * xdp_is_valid_access}, {@code net/core/filter.c}, Linux 6.18); anything else is a fault.
     */
    long loadContext(final long address, final int size) {
        if (size != 4) {
            return fault("context field read in the wrong width (read all 4 bytes)", address, size);
        }
        return switch ((int) (address - context)) {
            case 0 -> data();
            case 4 -> dataEnd();
            case 8 -> dataMeta();
            case 12 -> burst.ingressIfindex[slot];
            case 16 -> burst.rxQueue[slot];
            case 20 -> egressIfindex;
            default -> fault("context read between two fields", address, size);
        };
    }

    // ---- memory ----

    /** Gives the program a memory of the caller's to touch, in place of a packet. */
    void memory(final long address, final long length) {
        memory = address;
        memoryEnd = address + length;
    }

    /**
     * Takes memory for a helper to hand to a callback: the program may touch it until {@link #popScratch}.
     *
     * @param bytes a multiple of 8
     * @return the address, 8-byte aligned; 0 if callbacks are nested too deep: the program ends
     */
    public long pushScratch(final int bytes) {
        final long address = scratchEnd;
        if (address + bytes > scratchStart + SCRATCH) {
            return fault("helpers nested too deep in callbacks", bytes, 0);
        }
        scratchEnd = address + bytes;
        return address;
    }

    /** Gives back what the matching {@link #pushScratch} took. */
    public void popScratch(final int bytes) {
        scratchEnd -= bytes;
    }

    /** Address of the spin lock that the program holds, or 0. */
    public long heldLock() {
        return held.lock();
    }

    /** Remembers the one spin lock that the program holds, so that a fault cannot leave it locked; 0 for none. */
    public void heldLock(final long lock) {
        held.lock(lock);
    }

    /** Remembers a record that the program has reserved; false if it has too many. */
    public boolean holdRecord(final RingBuffer ring, final long record) {
        return held.add(ring, record);
    }

    /** Forgets a record that the program submits or discards; null if it has reserved no such record. */
    public @Nullable RingBuffer releaseRecord(final long record) {
        return held.remove(record);
    }

    /** Releases what a run that ended early left behind. */
    private void letGo() {
        held.letGo(this);
        scratchEnd = scratchStart;
    }

    long stackTop() {
        return stackTop;
    }

    /** The lowest address of the frames in use. */
    void stackLow(final long address) {
        stackLow = address;
    }

    long stackLow() {
        return stackLow;
    }

    /** Whether the program may read {@code size} bytes (1 or more) at {@code address}. */
    public boolean readable(final long address, final long size) {
        return inside(address, size, packetStart, packetEnd)
                || inside(address, size, stackLow, stackTop)
                || inside(address, size, memory, memoryEnd)
                || inside(address, size, scratchStart, scratchEnd)
                || owners.of(address, size) != null;
    }

    /** Whether the program may write {@code size} bytes (1 or more) at {@code address}. */
    public boolean writable(final long address, final long size) {
        if (inside(address, size, packetStart, packetEnd)
                || inside(address, size, stackLow, stackTop)
                || inside(address, size, memory, memoryEnd)
                || inside(address, size, scratchStart, scratchEnd)) {
            return true;
        }
        final UserspaceMap map = owners.of(address, size);
        return map != null && map.writableByProgram();
    }

    private static boolean inside(final long address, final long size, final long from, final long to) {
        return address >= from && size >= 0 && size <= to - address && address < to;
    }

    // ---- functions ----

    /** What a program holds as the address of its function at {@code pc}. */
    public static long functionAddress(final int pc) {
        return FUNCTION_BASE | pc;
    }

    /** The slot that a function's address stands for, or -1 if the number is none. */
    static int functionPc(final long address) {
        return (address & ~0xffff_ffffL) == FUNCTION_BASE ? (int) address : -1;
    }

    void callbacks(final Callbacks machine) {
        callbacks = machine;
    }

    /**
     * Calls a function of the running program's, from within a helper.
     *
     * @return what it left in r0; meaningless if {@link #faulted()} afterwards
     */
    public long call(final long function, final long r1, final long r2, final long r3, final long r4, final long r5) {
        final Callbacks machine = callbacks;
        return machine == null
                ? fault("no program runs that could be called back", function, 0)
                : machine.call(function, r1, r2, r3, r4, r5);
    }

    /** The running program's function at that address, to be called later; null if it is none. Allocates. */
    public @Nullable ProgramFunction function(final long function) {
        final Callbacks machine = callbacks;
        return machine == null ? null : machine.function(function);
    }

    // ---- faults ----

    /**
     * Ends the program: its verdict is ABORTED.
     *
     * @param reason a constant: what is wrong, and what to do
     * @param address the address in question, or any number that helps
     * @param size bytes, or 0
     * @return 0, so that a helper can return it
     */
    public long fault(final String reason, final long address, final int size) {
        fault.set(reason, address, size);
        return 0;
    }

    /** As {@link #fault}, of a program that would not end by itself: it counts as one that ran too long. */
    public long faultAfterWaiting(final String reason, final long address, final int size) {
        fault.setTooLong(reason, address, size);
        return 0;
    }

    /** Whether the program has to end. */
    public boolean faulted() {
        return fault.present();
    }

    /** The fault that ended the program, if one has. */
    RunFault fault() {
        return fault;
    }

    /** Gives back the stack, and whatever a run that was given up without its {@link #end} still holds. */
    @Override
    public void close() {
        end();
        area.close();
    }

    /** The machine that runs the program and can be asked to call into it. */
    interface Callbacks {
        long call(long function, long r1, long r2, long r3, long r4, long r5);

        /** What {@link Execution#function} answers. */
        default @Nullable ProgramFunction function(final long function) {
            return null;
        }
    }
}
