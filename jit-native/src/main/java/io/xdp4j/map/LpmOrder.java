package io.xdp4j.map;

import static io.xdp4j.map.LpmRecords.below;
import static io.xdp4j.map.LpmRecords.slotCount;
import static io.xdp4j.map.LpmRecords.wordAt;

import io.xdp4j.sys.NativeMemory;

/**
 * The order in which an {@link LpmTree}'s entries are walked, as the kernel's {@code trie_get_next_key}: an entry comes
 * after all that are longer than it and begin with it, else by bits. Used under the map's lock.
 */
final class LpmOrder {

    private final LpmKey keys;
    private final LpmRecords records;
    private final LpmTree tree;

    LpmOrder(final LpmKey keys, final LpmRecords records, final LpmTree tree) {
        this.keys = keys;
        this.records = records;
        this.tree = tree;
    }

    /** The first slot, or 0. */
    int first() {
        return scanShorts(1 << tree.rootBits(), false);
    }

    /** The slot after the prefix that {@link LpmTree#locate} just found, or 0. */
    int after(final long data, final int length) {
        final long word = keys.word(data);
        final int top = keys.top(data, word);
        if (length <= tree.rootBits()) {
            return scanShorts(following(LpmTree.shortPlace(top, length), tree.rootBits()), false);
        }
        final int level = tree.level();
        final int reference = NativeMemory.getInt(tree.link(level));
        int depth = tree.rootBits() + level * LpmTree.STRIDE;
        int found = 0;
        if (reference > 0) {
            final int extra = length - depth;
            final int place = (1 << extra) | (keys.six(data, word, depth) >>> (LpmTree.STRIDE - extra));
            found = scan(records.address(reference), following(place, LpmTree.STRIDE), false);
        }
        for (int above = level - 1; above >= 0 && found == 0; above--) {
            depth -= LpmTree.STRIDE;
            found = scan(
                    records.address(NativeMemory.getInt(tree.link(above))), 64 + keys.six(data, word, depth), true);
        }
        return found != 0 ? found : scanShorts((1 << tree.rootBits()) | (top >>> (24 - tree.rootBits())), true);
    }

    /** The place after this one when children come before parents, in a binary tree of that height; 0 after the last. */
    private static int following(final int place, final int height) {
        if ((place & 1) != 0) {
            return place >>> 1;
        }
        final int sibling = place + 1;
        return sibling << (height - (31 - Integer.numberOfLeadingZeros(sibling)));
    }

    private int scanShorts(final int start, final boolean skipChild) {
        boolean skip = skipChild;
        for (int place = start; place > 0; place = following(place, tree.rootBits())) {
            if (place >= 1 << tree.rootBits() && !skip) {
                final int reference = NativeMemory.getInt(tree.root(place - (1 << tree.rootBits())));
                if (reference != 0) {
                    return firstBelow(reference);
                }
            }
            skip = false;
            final int slot = NativeMemory.getInt(tree.shortAt(place));
            if (slot != 0) {
                return slot;
            }
        }
        return 0;
    }

    private int scan(final long record, final int start, final boolean skipChild) {
        final long a = NativeMemory.getLong(record + LpmRecords.A);
        final long b = NativeMemory.getLong(record + LpmRecords.B);
        final long e = NativeMemory.getLong(record + LpmRecords.E);
        boolean skip = skipChild;
        for (int place = start; place > 1; place = following(place, LpmTree.STRIDE)) {
            if (place < 64 && (a >>> place & 1) != 0) {
                return NativeMemory.getInt(wordAt(record, below(a, place)));
            }
            if (place >= 64 && !skip && (e >>> place & 1) != 0) {
                return firstBelow(NativeMemory.getInt(wordAt(record, slotCount(record) + below(e, place))));
            }
            if (place >= 64 && (b >>> place & 1) != 0) {
                return NativeMemory.getInt(wordAt(record, Long.bitCount(a) + below(b, place)));
            }
            skip = false;
        }
        return 0;
    }

    private int firstBelow(final int reference) {
        return reference < 0 ? reference & ~LpmTree.LEAF : scan(records.address(reference), 64, false);
    }
}
