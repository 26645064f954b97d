package io.xdp4j.bpf.btf;

import io.xdp4j.bpf.format.ByteReader;
import io.xdp4j.bpf.format.ObjectFileException;
import io.xdp4j.bpf.format.SourceLine;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The {@code .BTF.ext} section: what instructions have to do with types and sources. Everything in it is grouped by the
 * ELF section of the code, and slots ({@code pc}) count from that section's start.
 *
 * <p>Reading checks all of it; records longer than ours are taken, and what is new in them is left aside. Immutable.
 *
 * <p>Source: {@code Documentation/bpf/btf.rst}, section 4.2, and {@code llvm_reloc.rst}, Linux 6.18.
 */
public final class BtfExt {

    private static final int FUNCTION_LENGTH = 8;
    private static final int LINE_LENGTH = 16;
    private static final int RELOCATION_LENGTH = 16;

    private static final int COLUMN_BITS = 10;

    private final Map<String, List<FunctionRecord>> functions = new LinkedHashMap<>();
    private final Map<String, List<LineRecord>> lines = new LinkedHashMap<>();
    private final Map<String, List<CoreRelocation>> relocations = new LinkedHashMap<>();

    private final ByteReader section;
    private final Btf btf;
    private final StringBudget strings;

    private BtfExt(final ByteReader section, final Btf btf) {
        this.section = section;
        this.btf = btf;
        this.strings = new StringBudget(btf);
    }

    /**
     * Reads the content of a {@code .BTF.ext} section.
     *
     * @param btf the types and strings of the same object
     * @throws ObjectFileException naming section and offset, if anything in it is wrong
     */
    public static BtfExt parse(final ByteReader section, final Btf btf) {
        final ByteReader ordered = BtfHeader.inOrderOfMagic(section);
        final BtfExt ext = new BtfExt(ordered, btf);
        final int header = BtfHeader.checkedLength(ordered, BtfHeader.EXT_LENGTH_WITHOUT_RELOCATIONS);
        ext.readPart(header, 8, FUNCTION_LENGTH, "function info", ext::readFunction);
        ext.readPart(header, 16, LINE_LENGTH, "line info", ext::readLine);
        if (header >= BtfHeader.EXT_LENGTH) {
            ext.readPart(header, 24, RELOCATION_LENGTH, "CO-RE relocations", ext::readRelocation);
        }
        return ext;
    }

    /** Names of the ELF sections that anything is said about. */
    public NavigableSet<String> sections() {
        final NavigableSet<String> names = new TreeSet<>(functions.keySet());
        names.addAll(lines.keySet());
        names.addAll(relocations.keySet());
        return names;
    }

    /** Functions of a section of code, in the order of the file. */
    public List<FunctionRecord> functions(final String codeSection) {
        return Collections.unmodifiableList(functions.getOrDefault(codeSection, List.of()));
    }

    /** Lines of a section of code as the kernel takes them, in the order of the file. */
    public List<LineRecord> lineRecords(final String codeSection) {
        return Collections.unmodifiableList(lines.getOrDefault(codeSection, List.of()));
    }

    /** Source lines of a section of code by the slot where each begins; the caller's own map. */
    public NavigableMap<Integer, SourceLine> lines(final String codeSection) {
        final StringBudget texts = new StringBudget(btf);
        final NavigableMap<Integer, SourceLine> byPc = new TreeMap<>();
        for (final LineRecord line : lineRecords(codeSection)) {
            byPc.put(
                    line.pc(),
                    new SourceLine(
                            texts.get(line.fileOffset()), line.line(), line.column(), texts.get(line.textOffset())));
        }
        return byPc;
    }

    /** CO-RE relocations of a section of code, in the order of the file. */
    public List<CoreRelocation> relocations(final String codeSection) {
        return Collections.unmodifiableList(relocations.getOrDefault(codeSection, List.of()));
    }

    private interface RecordReader {
        void read(String codeSection, long offset);
    }

    private void readPart(
            final int header, final int field, final int least, final String what, final RecordReader reader) {
        final long start = header + section.u32(field, "BTF.ext header");
        final long length = section.u32(field + 4, "BTF.ext header");
        if (length == 0) {
            return;
        }
        section.require(start, length, what);
        if (start % 4 != 0) {
            throw section.error(what + " is not aligned to 4 bytes: start=" + start, field);
        }
        final long end = start + length;
        if (length < 4) {
            throw section.error(what + " too short: length=" + length + " bytes (at least 4)", start);
        }
        final long recordLength = section.u32(start, what);
        if (recordLength < least || recordLength % 4 != 0) {
            throw section.error(
                    what + " record length out of range: recordLength=" + recordLength + " bytes (at least " + least
                            + ", a multiple of 4)",
                    start);
        }
        long at = start + 4;
        while (at < end) {
            at = readBlock(at, end, recordLength, what, reader);
        }
    }

    private long readBlock(
            final long start, final long end, final long recordLength, final String what, final RecordReader reader) {
        if (end - start < 8) {
            throw section.error(what + " runs past its end: " + (end - start) + " bytes left", start);
        }
        final String codeSection = string(start, what + " section name");
        final long count = section.u32(start + 4, what);
        if (count == 0 || count > (end - start - 8) / recordLength) {
            throw section.error(
                    what + " count out of range: section=" + codeSection + ", count=" + count + " (at least 1, at most "
                            + (end - start - 8) / recordLength + ")",
                    start + 4);
        }
        for (long index = 0; index < count; index++) {
            reader.read(codeSection, start + 8 + index * recordLength);
        }
        return start + 8 + count * recordLength;
    }

    private void readFunction(final String codeSection, final long at) {
        final int typeId = typeId(at + 4, "function info");
        if (btf.kind(typeId) != BtfKind.FUNC) {
            throw section.error(
                    "function info names no function: typeId=" + typeId + ", type="
                            + BtfFormatter.describe(btf, typeId),
                    at + 4);
        }
        of(functions, codeSection).add(new FunctionRecord(pc(at, "function info"), typeId));
    }

    private void readLine(final String codeSection, final long at) {
        final int file = stringOffset(at + 4, "line info file");
        final int text = stringOffset(at + 8, "line info text");
        final int place = section.s32(at + 12, "line info");
        of(lines, codeSection)
                .add(new LineRecord(
                        pc(at, "line info"), file, text, place >>> COLUMN_BITS, place & (1 << COLUMN_BITS) - 1));
    }

    private void readRelocation(final String codeSection, final long at) {
        final long kind = section.u32(at + 12, "CO-RE relocation");
        if (kind >= CoreRelocation.Kind.COUNT) {
            throw section.error(
                    "unknown CO-RE relocation kind: kind=" + kind + " (known: 0 to " + (CoreRelocation.Kind.COUNT - 1)
                            + ")",
                    at + 12);
        }
        final int typeId = typeId(at + 4, "CO-RE relocation");
        final String access = string(at + 8, "CO-RE relocation access");
        of(relocations, codeSection)
                .add(new CoreRelocation(
                        pc(at, "CO-RE relocation"), typeId, access, CoreRelocation.Kind.of((int) kind)));
    }

    private static <T> List<T> of(final Map<String, List<T>> records, final String codeSection) {
        return records.computeIfAbsent(codeSection, _ -> new ArrayList<>());
    }

    private int pc(final long at, final String what) {
        final long offset = section.u32(at, what);
        if (offset % 8 != 0 || offset / 8 > Integer.MAX_VALUE) {
            throw section.error(what + " is not at an instruction: instructionOffset=" + offset + " bytes", at);
        }
        return (int) (offset / 8);
    }

    private int typeId(final long at, final String what) {
        final long typeId = section.u32(at, what);
        if (typeId >= btf.size()) {
            throw section.error(what + " type id out of range: typeId=" + typeId + ", types=" + btf.size(), at);
        }
        return (int) typeId;
    }

    private int stringOffset(final long at, final String what) {
        final int offset = section.s32(at, what);
        if (!btf.holdsString(offset)) {
            throw section.error(
                    what + " out of range: string=" + Integer.toUnsignedLong(offset) + ", strings=" + btf.stringsEnd()
                            + " bytes",
                    at);
        }
        return offset;
    }

    private String string(final long at, final String what) {
        return strings.get(stringOffset(at, what));
    }
}
