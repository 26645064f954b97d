package io.xdp4j.dataplane.cli;

import io.xdp4j.bpf.elf.ElfFile;
import io.xdp4j.bpf.elf.ElfSection;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Damage within the sections of one kind, one word or so at a time: everything around it stays whole, so that reading
 * comes as far as what the section means. A seed decides.
 */
enum SectionDamage {
    HEADERS,
    SYMBOLS,
    NAMES,
    RELOCATIONS,
    TYPES,
    LINES,
    VALUES,
    CODE;

    private static final long[] EDGES = {
        0, -1, 0x7fff_ffff, 0x8000_0000L, 0xffff, 0x1_0000, 0x4000_0000, 0xffff_ffffL, Long.MAX_VALUE, Long.MIN_VALUE
    };
    private static final int SECTION_HEADER_LENGTH = 64;

    private boolean concerns(final ElfSection section) {
        return switch (this) {
            case HEADERS -> false;
            case SYMBOLS -> section.type() == ElfSection.SYMTAB;
            case NAMES -> section.type() == ElfSection.STRTAB;
            case RELOCATIONS -> section.type() == ElfSection.REL;
            case TYPES -> section.name().equals(".BTF");
            case LINES -> section.name().equals(".BTF.ext");
            case VALUES -> section.name().matches("\\.maps|maps(/.*)?|\\.(ro)?data.*");
            case CODE -> section.isCode();
        };
    }

    /** Bytes {@code [start, start + length)} of a file. */
    private record Range(int start, int length) {}

    /** A copy with one to three words changed; an object that has no such section comes back whole. */
    byte[] to(final byte[] good, final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final ByteBuffer bytes = ByteBuffer.wrap(good.clone()).order(ByteOrder.LITTLE_ENDIAN);
        final List<Range> ranges = ranges(bytes);
        if (!ranges.isEmpty()) {
            final Range range = ranges.get(random.nextInt(ranges.size()));
            for (int change = random.nextInt(1, 4); change > 0; change--) {
                change(bytes, range, random);
            }
        }
        return bytes.array();
    }

    /** Whether an object has something of this kind. */
    boolean concerns(final byte[] object) {
        return !ranges(ByteBuffer.wrap(object).order(ByteOrder.LITTLE_ENDIAN)).isEmpty();
    }

    private List<Range> ranges(final ByteBuffer bytes) {
        final int table = (int) bytes.getLong(40);
        final List<Range> ranges = new ArrayList<>();
        for (final ElfSection section : ElfFile.parse("good.o", bytes).sections()) {
            final int header = table + SECTION_HEADER_LENGTH * section.index();
            if (this == HEADERS && section.index() > 0) {
                ranges.add(new Range(header, SECTION_HEADER_LENGTH));
            } else if (section.content().length() > 0 && concerns(section)) {
                ranges.add(new Range(
                        (int) bytes.getLong(header + 24), section.content().length()));
            }
        }
        return ranges;
    }

    private static void change(final ByteBuffer bytes, final Range range, final SplittableRandom random) {
        final int wanted = 1 << random.nextInt(4);
        final int width = range.length < wanted ? 1 : wanted;
        final int at = place(range, width, random);
        final long before = word(bytes, at, width);
        final long after = switch (random.nextInt(7)) {
            case 0 -> before + random.nextInt(-2, 3);
            case 1 -> before ^ 1L << random.nextInt(width * Byte.SIZE);
            case 2 -> word(bytes, place(range, width, random), width);
            case 3 -> random.nextInt(40);
            case 4 -> EDGES[random.nextInt(EDGES.length)];
            case 5 -> before + Long.BYTES * random.nextLong(-4, 5);
            default -> random.nextLong();
        };
        for (int i = 0; i < width; i++) {
            bytes.put(at + i, (byte) (after >>> (Byte.SIZE * i)));
        }
    }

    /** Where in a range to change a word: aligned to its width, as fields are. */
    private static int place(final Range range, final int width, final SplittableRandom random) {
        return range.start + random.nextInt(range.length / width) * width;
    }

    private static long word(final ByteBuffer bytes, final int at, final int width) {
        long word = 0;
        for (int i = 0; i < width; i++) {
            word |= (bytes.get(at + i) & 0xffL) << (Byte.SIZE * i);
        }
        return word;
    }
}
