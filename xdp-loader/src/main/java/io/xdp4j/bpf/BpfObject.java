package io.xdp4j.bpf;

import io.xdp4j.bpf.btf.Btf;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A parsed object file: its programs, maps and types. Immutable; parsing needs no privileges and makes nothing live.
 *
 * @param file the file's name as the user gave it
 * @param license licence string, empty if the object has none
 * @param kernelVersion what the {@code version} section holds, or 0
 * @param programs programs by name, in the order of the file
 * @param maps maps by name, declared ones first, then global sections
 * @param btf types, or null for an object without
 */
public record BpfObject(
        String file,
        String license,
        int kernelVersion,
        Map<String, ProgramSpec> programs,
        Map<String, MapSpec> maps,
        @Nullable Btf btf) {}
