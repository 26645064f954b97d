package io.xdp4j.tests.verifier;

import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.MapType;
import io.xdp4j.bpf.btf.BtfType;
import io.xdp4j.bpf.btf.BtfWriter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * Reads a map of a case from one line.
 *
 * <pre>
 *   counters: array key 4 value 8 entries 16
 *   routes: lpm_trie key 8 value 4 entries 8 no_prealloc
 *   accounts: hash key 4 value 24 entries 8 lock 0 timer 8
 *   limits: array key 4 value 4 entries 1 rodata 10000000
 *   outer: array_of_maps key 4 value 4 entries 4 inner array key 4 value 8 entries 1
 * </pre>
 *
 * <p>{@code lock} and {@code timer} are offsets in the value, and give the map types; {@code rodata} is the one value, and
 * nobody may change it; flags are {@code no_prealloc}, {@code rdonly_prog} and {@code wronly_prog}; {@code extra} is {@code
 * map_extra}. All after {@code inner} describes the maps inside.
 */
final class CaseMaps {

    private CaseMaps() {}

    static MapSpec parse(final String line) {
        final int colon = line.indexOf(':');
        final Deque<String> words =
                new ArrayDeque<>(Arrays.asList(line.substring(colon + 1).strip().split("\\s+")));
        return parse(line.substring(0, Math.max(colon, 0)).strip(), words);
    }

    private static MapSpec parse(final String name, final Deque<String> words) {
        final MapType type = MapType.valueOf(words.pop().toUpperCase(Locale.ROOT));
        int key = 0;
        int value = 0;
        int entries = 0;
        int flags = 0;
        long extra = 0;
        int lock = -1;
        int timer = -1;
        byte[] image = new byte[0];
        MapSpec inner = null;
        while (!words.isEmpty()) {
            final String word = words.pop();
            switch (word) {
                case "key" -> key = Integer.parseInt(words.pop());
                case "value" -> value = Integer.parseInt(words.pop());
                case "entries" -> entries = Integer.parseInt(words.pop());
                case "extra" -> extra = Long.parseLong(words.pop());
                case "lock" -> lock = Integer.parseInt(words.pop());
                case "timer" -> timer = Integer.parseInt(words.pop());
                case "rodata" -> image = HexFormat.of().parseHex(words.pop());
                case "no_prealloc" -> flags |= MapSpec.NO_PREALLOC;
                case "rdonly_prog" -> flags |= MapSpec.RDONLY_PROG;
                case "wronly_prog" -> flags |= MapSpec.WRONLY_PROG;
                case "inner" -> inner = parse(name + ".inner", words);
                default -> throw new IllegalArgumentException("map " + name + ": unknown word: " + word);
            }
        }
        final boolean constant = image.length > 0;
        final MapSpec plain = new MapSpec(
                name,
                type,
                key,
                value,
                entries,
                constant ? flags | MapSpec.RDONLY_PROG : flags,
                extra,
                false,
                inner,
                constant ? List.of(new MapSpec.Entry.Bytes(new byte[key], image)) : List.of(),
                constant ? MapSpec.Global.RODATA : null,
                null,
                0,
                0);
        return lock < 0 && timer < 0 ? plain : withTypes(plain, lock, timer);
    }

    /** The map with a value type that has a lock or a timer at these offsets, where they are not negative. */
    private static MapSpec withTypes(final MapSpec map, final int lock, final int timer) {
        final BtfWriter types = BtfWriter.empty();
        final int word = types.add(new BtfType.Int("unsigned int", 4, 0, 0, 32));
        final int wide = types.add(new BtfType.Int("unsigned long", 8, 0, 0, 64));
        final int pair = types.add(new BtfType.Array(wide, word, 2));
        final int lockType =
                types.add(new BtfType.Struct("bpf_spin_lock", 4, List.of(new BtfType.Member("val", word, 0, 0))));
        final int timerType =
                types.add(new BtfType.Struct("bpf_timer", 16, List.of(new BtfType.Member("__opaque", pair, 0, 0))));
        final List<BtfType.Member> members = new ArrayList<>();
        if (lock >= 0) {
            members.add(new BtfType.Member("lock", lockType, lock * 8L, 0));
        }
        if (timer >= 0) {
            members.add(new BtfType.Member("timer", timerType, timer * 8L, 0));
        }
        members.sort((a, b) -> Long.compare(a.bitOffset(), b.bitOffset()));
        final int value = types.add(new BtfType.Struct("value", map.valueSize(), members));
        return new MapSpec(
                map.name(),
                map.type(),
                map.keySize(),
                map.valueSize(),
                map.maxEntries(),
                map.flags(),
                map.extra(),
                false,
                null,
                map.contents(),
                null,
                types.toBtf(map.name()),
                map.keySize() == 8 ? wide : word,
                value);
    }
}
