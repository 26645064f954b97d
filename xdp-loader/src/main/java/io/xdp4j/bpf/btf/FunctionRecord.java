package io.xdp4j.bpf.btf;

/**
 * Where a function begins, and what it is.
 *
 * @param pc its first slot, counted in its section
 * @param typeId its {@link BtfType.Func}
 */
public record FunctionRecord(int pc, int typeId) {}
