package io.xdp4j.packet;

/**
 * Up to {@link #capacity()} frames on their way through the pipeline: where each lies, and the program's verdict.
 *
 * <p>The columns are plain arrays, public on purpose: compiled programs, ports and workers index them directly, and
 * nothing is allocated per packet. Slots at or past {@link #count} mean nothing. A burst belongs to one thread; the
 * frames in it belong to whoever holds the burst. All addresses are native addresses, all lengths bytes.
 *
 * <p>A packet that spans several frames (multi-buffer, {@code xdp.frags}) takes consecutive slots, each but its last
 * marked with {@link #CONTINUES}; the verdict stands in its first slot. This is how AF_XDP descriptors chain
 * ({@code XDP_PKT_CONTD}).
 */
public final class Burst {

    /** Set in {@link #options} on every slot of a packet but its last: the next slot carries on with it. */
    public static final int CONTINUES = 1;

    /** Slots filled, from 0. */
    public int count;

    /** Address of the packet's first byte ({@code xdp_md.data}); moved by {@code adjust_head}. */
    public final long[] data;

    /**
     * Bytes of packet in this frame; changed by {@code adjust_head} and {@code adjust_tail}. 0 in a frame that {@code
     * adjust_tail} emptied: it stays in its chain, for its owner to recycle.
     */
    public final int[] length;

    /** Bytes of metadata just before {@link #data}, a multiple of 4 up to 252; 0 on arrival. */
    public final int[] metaLength;

    /** Address of the frame's memory: {@link #data} less the headroom that is left. */
    public final long[] frameStart;

    /** Bytes of memory at {@link #frameStart}, reserved head and tail included. */
    public final int[] frameSize;

    /** {@link #CONTINUES} or 0. */
    public final int[] options;

    /** Interface index that the packet came in on. */
    public final int[] ingressIfindex;

    /** Receive queue that the packet came in on. */
    public final int[] rxQueue;

    /** When the packet came in, nanoseconds since 1970 (UTC), or 0 if the port does not say. */
    public final long[] timestampNs;

    /** The program's verdict, {@code XDP_ABORTED} (0) to {@code XDP_REDIRECT} (4). */
    public final int[] verdict;

    /** After XDP_REDIRECT: the id of the map through which the packet goes, or 0 for an interface by index. */
    public final int[] redirectMap;

    /** After XDP_REDIRECT: the map's index or key, or the interface index; -1 where the target is a broadcast. */
    public final int[] redirectTarget;

    /** After XDP_REDIRECT: {@code BPF_F_BROADCAST}, {@code BPF_F_EXCLUDE_INGRESS}; 0 otherwise. */
    public final int[] redirectFlags;

    /**
     * Makes an empty burst.
     *
     * @param capacity slots, at least 1
     */
    public Burst(final int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("burst must have at least one slot: capacity=" + capacity);
        }
        data = new long[capacity];
        length = new int[capacity];
        metaLength = new int[capacity];
        frameStart = new long[capacity];
        frameSize = new int[capacity];
        options = new int[capacity];
        ingressIfindex = new int[capacity];
        rxQueue = new int[capacity];
        timestampNs = new long[capacity];
        verdict = new int[capacity];
        redirectMap = new int[capacity];
        redirectTarget = new int[capacity];
        redirectFlags = new int[capacity];
    }

    /** Slots there are. */
    public int capacity() {
        return data.length;
    }

    /** Forgets the frames; the memory they lie in is the owner's to recycle. */
    public void clear() {
        count = 0;
    }

    /**
     * Appends a frame whose packet starts after the usual headroom.
     *
     * @return the slot
     */
    public int add(final long start, final int size, final int packetLength) {
        final int slot = count++;
        frameStart[slot] = start;
        frameSize[slot] = size;
        data[slot] = start + FrameLayout.HEADROOM;
        length[slot] = packetLength;
        metaLength[slot] = 0;
        options[slot] = 0;
        ingressIfindex[slot] = 1;
        rxQueue[slot] = 0;
        timestampNs[slot] = 0;
        verdict[slot] = 0;
        redirectMap[slot] = 0;
        redirectTarget[slot] = 0;
        redirectFlags[slot] = 0;
        return slot;
    }

    /** The slot after the packet that begins at {@code slot}: the next packet's first. */
    public int next(final int slot) {
        int last = slot;
        while ((options[last] & CONTINUES) != 0) {
            last++;
        }
        return last + 1;
    }
}
