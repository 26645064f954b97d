package io.xdp4j.bpf.btf;

import java.nio.charset.StandardCharsets;
import org.agrona.collections.IntArrayList;

/**
 * Finds the types of one {@link Btf} (not those of its base) by essential name, the name without a {@code ___flavour}.
 * Two int arrays, whatever the number of names; ids in one chain ascend.
 */
final class BtfNameIndex {

    private final Btf btf;
    private final int firstId;
    private final int[] heads;
    private final int[] next;

    BtfNameIndex(final Btf btf) {
        this.btf = btf;
        this.firstId = btf.firstId();
        final int count = btf.size() - firstId;
        this.heads = new int[Integer.highestOneBit(Math.max(8, count)) << 1];
        this.next = new int[count];
        for (int id = btf.size() - 1; id >= firstId; id--) {
            final int name = btf.nameOffset(id);
            if (name != 0) {
                final BtfStrings table = btf.table(name);
                final int slot = slot(table.hash(name, table.essentialLength(name)));
                next[id - firstId] = heads[slot];
                heads[slot] = id;
            }
        }
    }

    private int slot(final int hash) {
        return (hash ^ hash >>> 15) & heads.length - 1;
    }

    /** First id at or after {@code from} with exactly this name and kind, or 0. */
    int find(final String name, final BtfKind kind, final int from) {
        final byte[] wanted = name.getBytes(StandardCharsets.UTF_8);
        final int essential = EssentialName.of(name).getBytes(StandardCharsets.UTF_8).length;
        for (int id = heads[slot(BtfStrings.hash(wanted, essential))]; id != 0; id = next[id - firstId]) {
            if (id >= from && btf.kind(id) == kind) {
                final int offset = btf.nameOffset(id);
                final BtfStrings table = btf.table(offset);
                if (table.startsWith(offset, wanted) && table.endsAt(offset, wanted.length)) {
                    return id;
                }
            }
        }
        return 0;
    }

    /** Ids of all types with this essential name, whatever their kinds, ascending. */
    IntArrayList findEssential(final String essential) {
        final byte[] wanted = essential.getBytes(StandardCharsets.UTF_8);
        final IntArrayList ids = new IntArrayList();
        for (int id = heads[slot(BtfStrings.hash(wanted, wanted.length))]; id != 0; id = next[id - firstId]) {
            final int offset = btf.nameOffset(id);
            final BtfStrings table = btf.table(offset);
            if (table.startsWith(offset, wanted) && table.essentialLength(offset) == wanted.length) {
                ids.addInt(id);
            }
        }
        return ids;
    }
}
