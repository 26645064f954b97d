package io.xdp4j.bpf.btf;

/** Placeholder for the relocation record that is being written: on a merge conflict take the real one. */
public record CoreRelocation(int pc) {}
