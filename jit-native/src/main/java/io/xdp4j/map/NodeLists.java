package io.xdp4j.map;

import io.xdp4j.sys.NativeMemory;

/**
 * Doubly linked lists of numbered nodes in native memory, 16 bytes a node: previous, next, the hash of the node's key, the
 * list that it is in, its owner. Numbers from the count of nodes on are the lists' own heads. Callers lock.
 */
final class NodeLists {

    private static final int SIZE_SHIFT = 4;
    private static final int NEXT = 4;
    private static final int HASH = 8;
    private static final int KIND = 12;
    private static final int OWNER = 14;

    private final long base;

    NodeLists(final MapMemory memory, final int nodes, final int heads) {
        this.base = memory.area(((long) nodes + heads) << SIZE_SHIFT).address();
        for (int head = nodes; head < nodes + heads; head++) {
            link(head, head);
        }
    }

    private long at(final int node) {
        return base + ((long) node << SIZE_SHIFT);
    }

    int previous(final int node) {
        return NativeMemory.getInt(at(node));
    }

    int next(final int node) {
        return NativeMemory.getInt(at(node) + NEXT);
    }

    private void link(final int node, final int following) {
        NativeMemory.putInt(at(node) + NEXT, following);
        NativeMemory.putInt(at(following), node);
    }

    boolean isEmpty(final int head) {
        return next(head) == head;
    }

    /** Puts a node that is in no list in front. */
    void addFirst(final int head, final int node) {
        link(node, next(head));
        link(head, node);
    }

    void remove(final int node) {
        link(previous(node), next(node));
    }

    int hash(final int node) {
        return NativeMemory.getInt(at(node) + HASH);
    }

    void hash(final int node, final int hash) {
        NativeMemory.putInt(at(node) + HASH, hash);
    }

    /** Which kind of list the node is in; may be read without the lock, to be read again under it. */
    byte kind(final int node) {
        return NativeMemory.getByteAcquire(at(node) + KIND);
    }

    void kind(final int node, final byte kind) {
        NativeMemory.putByteRelease(at(node) + KIND, kind);
    }

    int owner(final int node) {
        return NativeMemory.getShortAcquire(at(node) + OWNER);
    }

    void owner(final int node, final int owner) {
        NativeMemory.putShortRelease(at(node) + OWNER, (short) owner);
    }
}
