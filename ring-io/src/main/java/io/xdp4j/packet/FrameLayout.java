package io.xdp4j.packet;

/**
 * How a frame's memory is divided, the same as under the kernel's XDP so that {@code adjust_head} and {@code
 * adjust_tail} succeed and fail alike in both engines.
 *
 * <pre>
 *   frame start                                                              frame start + frame size
 *   |  struct xdp_frame  |  headroom left  |  metadata  |  packet  |  tailroom  |  skb_shared_info  |
 *   |&lt;---------- HEADROOM (256) ----------&gt;|
 * </pre>
 *
 * <p>Sources: {@code include/uapi/linux/bpf.h} ({@code XDP_PACKET_HEADROOM}), {@code include/net/xdp.h} ({@code struct
 * xdp_frame}, {@code xdp_data_hard_end}), Linux 6.18, on 64-bit machines.
 */
public final class FrameLayout {

    /** Bytes before the packet as it arrives. */
    public static final int HEADROOM = 256;

    /** Bytes at the frame's start that a program can never claim: the kernel keeps {@code struct xdp_frame} there. */
    public static final int RESERVED_HEAD = 40;

    /** Bytes at the frame's end that a program can never claim: {@code SKB_DATA_ALIGN(sizeof(skb_shared_info))}. */
    public static final int RESERVED_TAIL = 320;

    /** Frame size of a page, the kernel's usual one: room for {@value #MAX_PACKET_IN_PAGE} bytes of packet. */
    public static final int PAGE = 4096;

    /** The longest packet that a one-page frame holds. */
    public static final int MAX_PACKET_IN_PAGE = PAGE - HEADROOM - RESERVED_TAIL;

    /** An Ethernet header: no packet may be shortened below it. */
    public static final int ETH_HLEN = 14;

    private FrameLayout() {}
}
