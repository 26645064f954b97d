package io.xdp4j.bpf;

import io.xdp4j.bpf.btf.Btf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A map as an object file or a user describes it, before any engine has made it.
 *
 * @param name its name, unique in the object
 * @param type kind of map
 * @param keySize bytes, 0 where the kind has no keys
 * @param valueSize bytes, without per-CPU rounding
 * @param maxEntries entries; bytes for ring buffers
 * @param flags {@code BPF_F_*}
 * @param extra {@code map_extra}: a bloom filter's number of hash functions
 * @param pinByName whether {@code LIBBPF_PIN_BY_NAME} was asked for
 * @param inner what the maps in this map of maps look like, or null
 * @param contents initial entries, in the object's order
 * @param global what kind of global data section it stands for, or null for a declared map
 * @param btf types of the object, or null
 * @param keyType id of the key's type in {@code btf}, 0 if unknown
 * @param valueType id of the value's type in {@code btf}, 0 if unknown
 */
public record MapSpec(
        String name,
        MapType type,
        int keySize,
        int valueSize,
        int maxEntries,
        int flags,
        long extra,
        boolean pinByName,
        @Nullable MapSpec inner,
        List<Entry> contents,
        @Nullable Global global,
        @Nullable Btf btf,
        int keyType,
        int valueType) {

    /** Do not allocate entries ahead of their use: {@code BPF_F_NO_PREALLOC}. */
    public static final int NO_PREALLOC = 1;

    /** Per-CPU free lists in an LRU map: {@code BPF_F_NO_COMMON_LRU}. */
    public static final int NO_COMMON_LRU = 1 << 1;

    /** Programs may only write, user space only read, and so on: {@code BPF_F_RDONLY} to {@code BPF_F_WRONLY_PROG}. */
    public static final int RDONLY = 1 << 3;

    public static final int WRONLY = 1 << 4;
    public static final int RDONLY_PROG = 1 << 7;
    public static final int WRONLY_PROG = 1 << 8;

    /** The array may be mapped into user space: {@code BPF_F_MMAPABLE}. */
    public static final int MMAPABLE = 1 << 10;

    public MapSpec {
        contents = List.copyOf(contents);
    }

    /** A plain map without types or initial entries. */
    public static MapSpec of(
            final String name, final MapType type, final int keySize, final int valueSize, final int maxEntries) {
        return of(name, type, keySize, valueSize, maxEntries, 0);
    }

    /** A plain map with flags, without types or initial entries. */
    public static MapSpec of(
            final String name,
            final MapType type,
            final int keySize,
            final int valueSize,
            final int maxEntries,
            final int flags) {
        return new MapSpec(
                name, type, keySize, valueSize, maxEntries, flags, 0, false, null, List.of(), null, null, 0, 0);
    }

    /** The same map with another number of entries. */
    public MapSpec withMaxEntries(final int entries) {
        return with(entries, extra, inner, contents);
    }

    /** The same map of maps with another inner map. */
    public MapSpec withInner(final MapSpec innerSpec) {
        return with(maxEntries, extra, innerSpec, contents);
    }

    /** The same map with other bits in {@link #extra()}. */
    public MapSpec withExtra(final long mapExtra) {
        return with(maxEntries, mapExtra, inner, contents);
    }

    /** The same map with other initial entries. */
    public MapSpec withContents(final List<Entry> entries) {
        return with(maxEntries, extra, inner, entries);
    }

    private MapSpec with(
            final int entries, final long mapExtra, final @Nullable MapSpec innerSpec, final List<Entry> initial) {
        return new MapSpec(
                name, type, keySize, valueSize, entries, flags, mapExtra, pinByName, innerSpec, initial, global, btf,
                keyType, valueType);
    }

    /** The same map of one value with other bytes in it. */
    MapSpec withBytes(final int offset, final byte[] bytes) {
        final byte[] key = new byte[keySize];
        byte[] value = new byte[valueSize];
        for (final Entry entry : contents) {
            if (entry instanceof Entry.Bytes image) {
                value = image.value().clone();
            }
        }
        System.arraycopy(bytes, 0, value, offset, bytes.length);
        return withContents(List.of(new Entry.Bytes(key, value)));
    }

    /** The kinds of section that hold global variables. */
    public enum Global {
        /** Constants: {@code .rodata*}. Frozen before the program runs. */
        RODATA,
        /** Initialised variables: {@code .data*}. */
        DATA,
        /** Variables that start at zero: {@code .bss*}. */
        BSS,
        /** Kernel configuration values: {@code .kconfig}. Frozen before the program runs. */
        KCONFIG
    }

    /** An initial entry. */
    public sealed interface Entry {

        /** Key bytes. */
        byte[] key();

        /** An entry whose value is bytes: a global section's image. */
        record Bytes(byte[] key, byte[] value) implements Entry {}

        /** A slot of a map of maps that holds the map of that name. */
        record InnerMap(byte[] key, String map) implements Entry {}

        /** A slot of a program array that holds the program of that name. */
        record InnerProgram(byte[] key, String program) implements Entry {}
    }
}
