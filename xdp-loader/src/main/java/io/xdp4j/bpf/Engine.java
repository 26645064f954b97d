package io.xdp4j.bpf;

/**
 * Something that turns specs into live programs and maps: the kernel, or the JVM.
 *
 * <p>Engines are safe for use by several threads. What an engine has loaded is closed with it, but is better closed by
 * whoever loaded it.
 */
public interface Engine extends AutoCloseable {

    /** The engine's name as reports print it. */
    String name();

    /**
     * Makes the object's maps, fills in their initial contents, and loads its programs.
     *
     * @throws ProgramLoadException if a program is refused; nothing stays loaded
     * @throws MapException if a map cannot be made; nothing stays loaded
     */
    LoadedObject load(BpfObject object, LoadOptions options);

    /** Makes a map that belongs to no object. The caller owns it. */
    BpfMap create(MapSpec spec);

    @Override
    void close();
}
