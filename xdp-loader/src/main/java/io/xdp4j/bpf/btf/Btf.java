package io.xdp4j.bpf.btf;

/** Placeholder for the type model that is being written: on a merge conflict take the real one. */
public final class Btf {
    private Btf() {}
}
