package io.xdp4j.map;

import static io.xdp4j.map.LpmRecords.below;
import static io.xdp4j.map.LpmRecords.slotCount;
import static io.xdp4j.map.LpmRecords.wordAt;
import static io.xdp4j.map.LpmRecords.wordCount;

import io.xdp4j.bpf.Errno;
import io.xdp4j.sys.NativeMemory;

/** Changes an {@link LpmTree}, under the map's lock, so that readers always see a whole one. */
final class LpmChanges {

    /** A leaf without a slot: not to be published. */
    private static final int NO_MEMORY = LpmTree.LEAF;

    private final LpmKey keys;
    private final LpmSlots slots;
    private final LpmRecords records;
    private final LpmGrace grace;
    private final LpmTree tree;

    LpmChanges(
            final LpmKey keys,
            final LpmSlots slots,
            final LpmRecords records,
            final LpmGrace grace,
            final LpmTree tree) {
        this.keys = keys;
        this.slots = slots;
        this.records = records;
        this.grace = grace;
        this.tree = tree;
    }

    /** Puts a slot in place of the one that {@link LpmTree#locate} found at {@code place}. */
    void replace(final long place, final long data, final int length, final int slot) {
        if (length <= tree.rootBits()) {
            putShort(data, length, slot);
        } else {
            NativeMemory.putIntRelease(place, (NativeMemory.getInt(place) & LpmTree.LEAF) | slot);
        }
    }

    /** Adds a slot whose prefix is not there; 0 or -ENOMEM. */
    int insert(final long data, final int length, final int slot) {
        if (length <= tree.rootBits()) {
            putShort(data, length, slot);
            return 0;
        }
        final long word = keys.word(data);
        long link = tree.root(keys.top(data, word) >>> (24 - tree.rootBits()));
        for (int depth = tree.rootBits(); ; ) {
            final int reference = NativeMemory.getInt(link);
            final long record = reference > 0 ? records.address(reference) : 0;
            final int six = keys.six(data, word, depth);
            final int made;
            if (reference == 0) {
                made = alone(slot, depth);
            } else if (reference < 0) {
                made = parentOf(reference & ~LpmTree.LEAF, depth);
            } else if (length - depth <= LpmTree.STRIDE) {
                made = withValue(record, six, length - depth, slot);
            } else if ((NativeMemory.getLong(record + LpmRecords.E) >>> six & 1) == 0) {
                made = withChild(record, six, alone(slot, depth + LpmTree.STRIDE));
            } else {
                final long e = NativeMemory.getLong(record + LpmRecords.E);
                link = wordAt(record, slotCount(record) + below(e, six));
                depth += LpmTree.STRIDE;
                continue;
            }
            if (made == 0) {
                return Errno.ENOMEM.negative();
            }
            publish(link, made);
            if (reference >= 0) {
                return 0;
            }
        }
    }

    /** Swings a reference, and retires the record that it referred to. */
    private void publish(final long link, final int reference) {
        final int old = NativeMemory.getInt(link);
        NativeMemory.putIntRelease(link, reference);
        if (old > 0) {
            grace.retireRecord(old);
        }
    }

    /** A reference, at that depth, to nothing but the slot's entry; 0 if there is no memory. */
    private int alone(final int slot, final int depth) {
        final long data = slots.address(slot) + 4;
        final int extra = slots.prefixLength(slot) - depth;
        if (extra > LpmTree.STRIDE) {
            return slot | LpmTree.LEAF;
        }
        return withValue(0, keys.six(data, keys.word(data), depth), extra, slot);
    }

    /** A record at that depth with nothing below it but the slot's entry, which is too long to be in it. */
    private int parentOf(final int slot, final int depth) {
        final long data = slots.address(slot) + 4;
        return withChild(0, keys.six(data, keys.word(data), depth), alone(slot, depth + LpmTree.STRIDE));
    }

    /** The record, or an empty one for 0, with one more entry. */
    private int withValue(final long record, final int six, final int extra, final int slot) {
        long a = record == 0 ? 0 : NativeMemory.getLong(record + LpmRecords.A);
        long b = record == 0 ? 0 : NativeMemory.getLong(record + LpmRecords.B);
        final int index = record == 0 ? 0 : -1 - LpmTree.valueIndex(record, six, extra);
        if (extra < LpmTree.STRIDE) {
            a |= 1L << ((1 << extra) | (six >>> (LpmTree.STRIDE - extra)));
        } else {
            b |= 1L << six;
        }
        return with(record, a, b, record == 0 ? 0 : NativeMemory.getLong(record + LpmRecords.E), index, slot);
    }

    /** The record, or an empty one for 0, with one more child. */
    private int withChild(final long record, final int six, final int child) {
        if (child == 0) {
            return 0;
        }
        final long e = record == 0 ? 0 : NativeMemory.getLong(record + LpmRecords.E);
        final int made = with(
                record,
                record == 0 ? 0 : NativeMemory.getLong(record + LpmRecords.A),
                record == 0 ? 0 : NativeMemory.getLong(record + LpmRecords.B),
                e | (1L << six),
                record == 0 ? 0 : slotCount(record) + below(e, six),
                child);
        if (made == 0 && child > 0) {
            records.give(child);
        }
        return made;
    }

    private int with(final long record, final long a, final long b, final long e, final int index, final int word) {
        final int made = records.take(a, b, e);
        if (made != 0) {
            final long target = records.address(made);
            final int count = Long.bitCount(a) + Long.bitCount(b) + Long.bitCount(e);
            copyWords(record, 0, target, 0, index);
            NativeMemory.putInt(wordAt(target, index), word);
            copyWords(record, index, target, index + 1, count - 1 - index);
        }
        return made;
    }

    private static void copyWords(final long source, final int from, final long target, final int to, final int count) {
        for (int i = 0; i < count; i++) {
            NativeMemory.putInt(wordAt(target, to + i), NativeMemory.getInt(wordAt(source, from + i)));
        }
    }

    /** Takes out what {@link LpmTree#locate} just found at {@code place}; 0 or -ENOMEM. */
    int remove(final long place, final long data, final int length) {
        if (length <= tree.rootBits()) {
            removeShort(data, length);
            return 0;
        }
        final int bottom = tree.level();
        int level = bottom;
        final int reference = NativeMemory.getInt(tree.link(bottom));
        int made = reference < 0 ? 0 : without(records.address(reference), place);
        // While nothing or a lone entry is left below, the record above has to change too.
        while (level > 0 && made != NO_MEMORY) {
            final long above = records.address(NativeMemory.getInt(tree.link(level - 1)));
            if (made == 0) {
                made = without(above, tree.link(level));
            } else if (wordCount(above) == 1) {
                final int leaf = lone(made);
                if (leaf == 0) {
                    break;
                }
                if (made > 0) {
                    records.give(made);
                }
                made = leaf;
            } else {
                break;
            }
            level--;
        }
        if (made == NO_MEMORY) {
            return Errno.ENOMEM.negative();
        }
        publish(tree.link(level), made);
        for (int i = level + 1; i <= bottom; i++) {
            final int former = NativeMemory.getInt(tree.link(i));
            if (former > 0) {
                grace.retireRecord(former);
            }
        }
        return 0;
    }

    /** What the record becomes without the word at that address: nothing, a leaf, or a smaller record. */
    private int without(final long record, final long word) {
        final int index = (int) ((word - wordAt(record, 0)) >>> 2);
        long a = NativeMemory.getLong(record + LpmRecords.A);
        long b = NativeMemory.getLong(record + LpmRecords.B);
        long e = NativeMemory.getLong(record + LpmRecords.E);
        final int count = wordCount(record);
        if (index < Long.bitCount(a)) {
            a ^= nth(a, index);
        } else if (index < slotCount(record)) {
            b ^= nth(b, index - Long.bitCount(a));
        } else {
            e ^= nth(e, index - slotCount(record));
        }
        if (count == 1) {
            return 0;
        }
        if ((a | b) == 0 && count == 2) {
            final int child = NativeMemory.getInt(wordAt(record, 1 - index));
            final int leaf = lone(child);
            if (leaf != 0) {
                if (child > 0) {
                    grace.retireRecord(child);
                }
                return leaf;
            }
        }
        final int made = records.take(a, b, e);
        if (made == 0) {
            return NO_MEMORY;
        }
        copyWords(record, 0, records.address(made), 0, index);
        copyWords(record, index + 1, records.address(made), index, count - 1 - index);
        return made;
    }

    /** A leaf, if the reference leads to a single entry; else 0. */
    private int lone(final int reference) {
        if (reference < 0) {
            return reference;
        }
        final long record = records.address(reference);
        if (wordCount(record) != 1 || slotCount(record) != 1) {
            return 0;
        }
        return NativeMemory.getInt(wordAt(record, 0)) | LpmTree.LEAF;
    }

    private static long nth(final long bits, final int index) {
        long left = bits;
        for (int i = 0; i < index; i++) {
            left &= left - 1;
        }
        return Long.lowestOneBit(left);
    }

    private void putShort(final long data, final int length, final int slot) {
        final int top = keys.top(data, keys.word(data));
        NativeMemory.putIntRelease(tree.shortAt(LpmTree.shortPlace(top, length)), slot);
        final int first = (top >>> (24 - length)) << (tree.rootBits() - length);
        for (int i = first; i < first + (1 << (tree.rootBits() - length)); i++) {
            final int current = NativeMemory.getInt(tree.root(i) + 4);
            if (current == 0 || slots.prefixLength(current) <= length) {
                NativeMemory.putIntRelease(tree.root(i) + 4, slot);
            }
        }
    }

    private void removeShort(final long data, final int length) {
        final int top = keys.top(data, keys.word(data));
        final int place = LpmTree.shortPlace(top, length);
        final int slot = NativeMemory.getInt(tree.shortAt(place));
        NativeMemory.putIntRelease(tree.shortAt(place), 0);
        final int covering = tree.findShort(place >>> 1);
        final int first = (top >>> (24 - length)) << (tree.rootBits() - length);
        for (int i = first; i < first + (1 << (tree.rootBits() - length)); i++) {
            if (NativeMemory.getInt(tree.root(i) + 4) == slot) {
                NativeMemory.putIntRelease(tree.root(i) + 4, covering);
            }
        }
    }
}
