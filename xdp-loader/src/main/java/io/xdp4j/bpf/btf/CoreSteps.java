package io.xdp4j.bpf.btf;

/**
 * Work that matching types may still do: hostile types nest so that comparing them would take for ever. For a large
 * program against a kernel some millions are needed.
 */
final class CoreSteps {

    private static final long MAX = 20_000_000;

    private long left = MAX;

    void take(final int count) {
        left -= count;
        if (left < 0) {
            throw new CoreException("comparing types takes too long (at most " + MAX + " steps in one object)");
        }
    }
}
