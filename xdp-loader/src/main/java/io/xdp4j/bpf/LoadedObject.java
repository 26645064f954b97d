package io.xdp4j.bpf;

import java.util.Map;

/**
 * The live programs and maps of one object. Closing it closes them, but for maps that the caller brought along
 * ({@link LoadOptions#reuse()}).
 */
public interface LoadedObject extends AutoCloseable {

    /** Maps by name, global sections included, in the object's order. */
    Map<String, BpfMap> maps();

    /** Programs by name, in the object's order. */
    Map<String, Program> programs();

    /**
     * The map of that name.
     *
     * @throws IllegalArgumentException if there is none; the message lists those there are
     */
    default BpfMap map(final String name) {
        final BpfMap map = maps().get(name);
        if (map == null) {
            throw new IllegalArgumentException(
                    "no such map: map=" + name + " (declared: " + String.join(", ", maps().keySet()) + ")");
        }
        return map;
    }

    /**
     * The program of that name.
     *
     * @throws IllegalArgumentException if there is none; the message lists those there are
     */
    default Program program(final String name) {
        final Program program = programs().get(name);
        if (program == null) {
            throw new IllegalArgumentException("no such program: program=" + name + " (loaded: "
                    + String.join(", ", programs().keySet()) + ")");
        }
        return program;
    }

    @Override
    void close();
}
