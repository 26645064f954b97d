package io.xdp4j.bpf.btf;

/**
 * Where the code of a source line begins, as the kernel takes it: with offsets into the strings of the {@link Btf}.
 *
 * @param pc first slot, counted in its section
 * @param fileOffset string with the file's name
 * @param textOffset string with the line itself
 * @param line from 1, at most 2^22 - 1; 0 if unknown
 * @param column from 1, at most 1023; 0 if unknown
 */
public record LineRecord(int pc, int fileOffset, int textOffset, int line, int column) {}
