package io.xdp4j.map;

import java.util.function.IntPredicate;

/**
 * The nodes of an LRU map in the order in which they may go: an active list, an inactive list, and the free nodes.
 *
 * <p>A look-up marks its node; that is all that readers do. A node that came in begins in the inactive list, or in the active
 * one if it was marked meanwhile. <em>Ageing</em> looks at some nodes: from the active list's tail, while that list is the
 * longer one, unmarked nodes become inactive and marked ones start again at its front; in the inactive list, from where
 * the last round stopped, marked nodes become active. <em>Evicting</em> walks the inactive list from its tail: marked nodes are
 * spared and become active, the others leave the table. If all were spared, the first that can leave does, marked or not. Each
 * move clears the mark. So a node goes if nobody looked it up during a whole turn of its list: about the least
 * recently used, at a cost that does not grow with the map.
 *
 * <p>That is the scheme of {@code kernel/bpf/bpf_lru_list.c} and {@code Documentation/bpf/map_hash.rst}, Linux 6.18.
 * Everything here wants the caller's lock.
 */
final class LruList {

    static final byte FREE = 0;
    static final byte INACTIVE = 1;
    static final byte ACTIVE = 2;

    /** Heads that a list needs, one after another: free, inactive, active. */
    static final int HEADS = 3;

    private final NodeLists nodes;
    private final LruMarks marks;
    private final int heads;
    private final int scans;
    private volatile int free;
    private int active;
    private int inactive;
    private int hand;

    /**
     * Makes an empty list.
     *
     * @param heads the first of its {@link #HEADS} heads
     * @param scans nodes that one round looks at
     */
    LruList(final NodeLists nodes, final LruMarks marks, final int heads, final int scans) {
        this.nodes = nodes;
        this.marks = marks;
        this.heads = heads;
        this.scans = scans;
        this.hand = heads + INACTIVE;
    }

    /** Puts in a node that is in no list; a used one that is marked becomes active. */
    void add(final int node, final boolean used) {
        enter(node, !used ? FREE : marks.marked(node) ? ACTIVE : INACTIVE);
    }

    private void enter(final int node, final byte kind) {
        count(kind, 1);
        marks.clear(node);
        nodes.kind(node, kind);
        nodes.addFirst(heads + kind, node);
    }

    /** Takes a node out of whichever of the three lists it is in. */
    void remove(final int node) {
        if (hand == node) {
            hand = nodes.previous(node);
        }
        count(nodes.kind(node), -1);
        nodes.remove(node);
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // the caller holds the lock
    private void count(final byte kind, final int delta) {
        if (kind == ACTIVE) {
            active += delta;
        } else if (kind == INACTIVE) {
            inactive += delta;
        } else {
            free += delta;
        }
    }

    /** Free nodes; may be asked without the lock. */
    int free() {
        return free;
    }

    private void move(final int node, final byte kind) {
        remove(node);
        enter(node, kind);
    }

    /** A free node, taken out; -1 if there is none. */
    int takeFree() {
        final int node = nodes.next(heads + FREE);
        if (node == heads + FREE) {
            return -1;
        }
        remove(node);
        return node;
    }

    /** One round of ageing. */
    void age() {
        if (inactive < active) {
            ageActive();
        }
        ageInactive();
    }

    private void ageActive() {
        final int head = heads + ACTIVE;
        final int first = nodes.next(head);
        int node = nodes.previous(head);
        for (int i = 0; i < scans && node != head; i++) {
            final int following = nodes.previous(node);
            move(node, marks.marked(node) ? ACTIVE : INACTIVE);
            if (node == first) {
                break;
            }
            node = following;
        }
    }

    private void ageInactive() {
        final int head = heads + INACTIVE;
        for (int i = 0, left = Math.min(scans, inactive); i < left; i++) {
            if (hand == head) {
                hand = nodes.previous(head);
            }
            final int node = hand;
            hand = nodes.previous(node);
            if (marks.marked(node)) {
                move(node, ACTIVE);
            }
        }
    }

    /** Frees up to {@code wanted} nodes, at least one if any node of the list can leave the table. */
    void evict(final int wanted, final IntPredicate leave) {
        final int head = heads + INACTIVE;
        int freed = 0;
        int node = nodes.previous(head);
        for (int i = 0; i < scans && node != head && freed < wanted; i++) {
            final int following = nodes.previous(node);
            if (marks.marked(node)) {
                move(node, ACTIVE);
            } else if (leave.test(node)) {
                move(node, FREE);
                freed++;
            }
            node = following;
        }
        if (freed == 0 && !evictAny(head, leave)) {
            evictAny(heads + ACTIVE, leave);
        }
    }

    private boolean evictAny(final int head, final IntPredicate leave) {
        for (int node = nodes.previous(head); node != head; node = nodes.previous(node)) {
            if (leave.test(node)) {
                move(node, FREE);
                return true;
            }
        }
        return false;
    }
}
