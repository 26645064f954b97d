package io.xdp4j.bpf;

import io.xdp4j.bpf.btf.Btf;
import io.xdp4j.bpf.btf.CoreRelocator;
import io.xdp4j.bpf.elf.ElfFile;
import io.xdp4j.bpf.format.MagicFile;
import io.xdp4j.bpf.format.ObjectFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A parsed object file: its programs, maps and types. Immutable; parsing needs no privileges and makes nothing live.
 *
 * <p>Objects are read as libbpf reads them, with and without type information, and older ones as iproute2 did. What is
 * wrong in a file becomes an {@link ObjectFileException} of one line.
 *
 * @param file the file's name as the user gave it
 * @param license licence string, empty if the object has none
 * @param kernelVersion what the {@code version} section holds, or 0
 * @param programs programs by name, in the order of the file
 * @param maps maps by name, declared ones first, then global sections
 * @param variables global variables by name; of several static ones of one name the first
 * @param btf types, or null for an object without
 */
public record BpfObject(
        String file,
        String license,
        int kernelVersion,
        Map<String, ProgramSpec> programs,
        Map<String, MapSpec> maps,
        Map<String, Variable> variables,
        @Nullable Btf btf) {

    /** Longest file read, in bytes; with debug information, large objects have some megabytes. */
    private static final int MAX_FILE_LENGTH = 64 << 20;

    /**
     * A global variable of an object.
     *
     * @param name its name; {@code function.name} for one inside a function
     * @param map the map that stands for its section
     * @param offset bytes from the start of the map's only value
     * @param size bytes
     * @param btfType id of its type in the object's {@link BpfObject#btf()}, or 0 if unknown
     */
    public record Variable(String name, String map, int offset, int size, int btfType) {}

    /**
     * Reads an object file.
     *
     * @throws ObjectFileException if it is no BPF object, if anything in it is wrong, or if it is over 64 MB
     * @throws IOException if the file cannot be read
     */
    public static BpfObject parse(final Path path) throws IOException {
        return parse(path.toString(), MagicFile.read(path, MAX_FILE_LENGTH, magic -> magic == ElfFile.MAGIC));
    }

    /**
     * Reads an object file from memory.
     *
     * @param name the file's name, for messages
     * @throws ObjectFileException as {@link #parse(Path)}
     */
    public static BpfObject parse(final String name, final byte[] bytes) {
        return parse(name, ByteBuffer.wrap(bytes));
    }

    /**
     * Reads an object file from memory: from the buffer's position to its limit. The object keeps views of the bytes,
     * which must not change.
     *
     * @param name the file's name, for messages
     * @throws ObjectFileException as {@link #parse(Path)}
     */
    public static BpfObject parse(final String name, final ByteBuffer bytes) {
        if (bytes.remaining() > MAX_FILE_LENGTH) {
            throw new ObjectFileException("file too long (at most " + MAX_FILE_LENGTH + " bytes)", name, null, -1);
        }
        return new ObjectReader(ElfFile.parse(name, bytes)).read();
    }

    /**
     * The same object with its CO-RE relocations applied: code made for the types of a target. As parsed, code fits the
     * types that the object itself brings along, which is all that XDP programs need as a rule.
     *
     * @param targets types to adjust to: the kernel's, then those of its modules
     * @throws ObjectFileException if a relocation makes no sense; one that the target has no answer to makes its
     *     instruction unusable instead ({@link ProgramSpec#poisoned()})
     */
    public BpfObject relocate(final Btf... targets) {
        if (btf == null) {
            return this;
        }
        final CoreRelocator relocator = new CoreRelocator(btf, List.of(targets));
        final Map<String, ProgramSpec> relocated = new LinkedHashMap<>();
        for (final ProgramSpec program : programs.values()) {
            final CoreRelocator.Relocated result =
                    relocator.apply(program.section(), program.code(), program.coreRelocations());
            relocated.put(program.name(), program.withRelocated(result.code(), result.poisoned()));
        }
        return new BpfObject(
                file, license, kernelVersion, Collections.unmodifiableMap(relocated), maps, variables, btf);
    }

    /**
     * The same object with another initial value of a global variable.
     *
     * @param name of the variable
     * @param value its bytes, little-endian, as many as the variable has
     * @throws IllegalArgumentException if there is no such variable, or if it has another size
     */
    public BpfObject withVariable(final String name, final byte[] value) {
        final Variable variable = variables.get(name);
        if (variable == null) {
            throw new IllegalArgumentException("no such variable: variable=" + name + " (declared: "
                    + (variables.isEmpty() ? "none" : String.join(", ", variables.keySet())) + ")");
        }
        if (value.length != variable.size()) {
            throw new IllegalArgumentException("variable has another size: variable=" + name + ", value=" + value.length
                    + " bytes, size=" + variable.size() + " bytes");
        }
        final Map<String, MapSpec> changed = new LinkedHashMap<>(maps);
        changed.computeIfPresent(variable.map(), (_, map) -> map.withBytes(variable.offset(), value));
        return new BpfObject(
                file, license, kernelVersion, programs, Collections.unmodifiableMap(changed), variables, btf);
    }
}
