package io.xdp4j.dataplane.cli;

import io.xdp4j.bpf.BpfObject;
import io.xdp4j.bpf.btf.Btf;
import io.xdp4j.bpf.elf.ElfFile;
import io.xdp4j.bpf.elf.ElfSection;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads the files that commands are given, and says in one line what is wrong with one. */
final class InputFiles {

    private static final byte[] ELF_MAGIC = {0x7f, 'E', 'L', 'F'};

    /** The longest text that is read into memory. */
    private static final int TEXT_LIMIT = 64 << 20;

    private InputFiles() {}

    /** A text file's contents as UTF-8; what is no UTF-8 becomes the replacement character. */
    static String text(final Path file, final String what) {
        try (InputStream in = Files.newInputStream(file)) {
            return text(in, what, file);
        } catch (final IOException unreadable) {
            throw unreadable(what, file, unreadable);
        }
    }

    /** The same of a stream; {@code name} is what messages call it. */
    static String text(final InputStream in, final String what, final Path name) {
        try {
            final byte[] bytes = in.readNBytes(TEXT_LIMIT + 1);
            if (bytes.length > TEXT_LIMIT) {
                throw new IllegalArgumentException(
                        what + " is too long: file=" + name + " (limit " + TEXT_LIMIT + " bytes)");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (final IOException unreadable) {
            throw unreadable(what, name, unreadable);
        }
    }

    /** Parses an object file. */
    static BpfObject object(final Path file) {
        try {
            return BpfObject.parse(file);
        } catch (final IOException unreadable) {
            throw unreadable("object", file, unreadable);
        }
    }

    /**
     * Parses an object file.
     *
     * @param types a BTF or ELF file whose types to apply CO-RE relocations against; null to leave the code as it fits the
     *     object's own types
     */
    static BpfObject relocated(final Path file, final @Nullable Path types) {
        final BpfObject object = object(file);
        return types == null ? object : object.relocate(types(types));
    }

    private static Btf types(final Path file) {
        try {
            if (!isElf(file)) {
                return Btf.read(file);
            }
            final ElfFile elf = ElfFile.map(file);
            final ElfSection section = elf.section(".BTF");
            if (section == null) {
                throw elf.error("no type information (no section .BTF)");
            }
            return Btf.parse(section.content(), null);
        } catch (final IOException unreadable) {
            throw unreadable("types", file, unreadable);
        }
    }

    private static boolean isElf(final Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return Arrays.equals(in.readNBytes(4), ELF_MAGIC);
        }
    }

    /** The exception for a file that cannot be read. */
    static IllegalArgumentException unreadable(final String what, final Path file, final IOException failure) {
        return new IllegalArgumentException(
                "cannot read " + what + ": file=" + file + " (" + reason(failure) + ")", failure);
    }

    /** What the system said, in words, as captures say it. */
    static String reason(final IOException failure) {
        if (failure instanceof NoSuchFileException) {
            return "no such file or directory";
        }
        if (failure instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (failure instanceof final FileSystemException system && system.getReason() != null) {
            return lower(system.getReason());
        }
        return lower(String.valueOf(failure.getMessage()));
    }

    private static String lower(final String reason) {
        return reason.isEmpty() ? reason : reason.substring(0, 1).toLowerCase(Locale.ROOT) + reason.substring(1);
    }
}
