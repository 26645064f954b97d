package io.xdp4j.dataplane.cli;

import io.xdp4j.bpf.BpfObject;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.bpf.Subprogram;
import java.io.PrintStream;
import java.util.List;
import java.util.function.Function;
import tools.jackson.core.JsonGenerator;

/** Prints an object file's contents as one JSON object. */
final class DumpJson {

    private DumpJson() {}

    static void print(
            final BpfObject object,
            final List<ProgramSpec> programs,
            final Function<ProgramSpec, String> code,
            final PrintStream out) {
        try (JsonGenerator json = Json.generator(out)) {
            json.writeStartObject();
            json.writeStringProperty("file", object.file());
            json.writeStringProperty("license", object.license());
            json.writeBooleanProperty("btf", object.btf() != null);
            json.writeArrayPropertyStart("programs");
            programs.forEach(program -> program(program, code.apply(program), json));
            json.writeEndArray();
            json.writeArrayPropertyStart("maps");
            object.maps().values().forEach(map -> {
                json.writeStartObject();
                map(map, json);
                json.writeEndObject();
            });
            json.writeEndArray();
            json.writeArrayPropertyStart("variables");
            object.variables().values().forEach(variable -> variable(object, variable, json));
            json.writeEndArray();
            json.writeEndObject();
        }
        out.println();
    }

    private static void program(final ProgramSpec program, final String code, final JsonGenerator json) {
        json.writeStartObject();
        json.writeStringProperty("name", program.name());
        json.writeStringProperty("section", program.section());
        json.writeStringProperty("type", program.type().label());
        json.writeBooleanProperty("frags", program.frags());
        json.writeNumberProperty("instructions", program.code().length);
        json.writeNumberProperty("coreRelocations", program.coreRelocations().size());
        json.writeArrayPropertyStart("subprograms");
        for (final Subprogram subprogram : program.subprograms()) {
            json.writeStartObject();
            json.writeStringProperty("name", subprogram.name());
            json.writeNumberProperty("pc", subprogram.pc());
            json.writeNumberProperty("length", subprogram.length());
            json.writeBooleanProperty("global", subprogram.global());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayPropertyStart("code");
        code.lines().forEach(json::writeString);
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void map(final MapSpec map, final JsonGenerator json) {
        json.writeStringProperty("name", map.name());
        json.writeStringProperty("type", map.type().label());
        json.writeNumberProperty("keySize", map.keySize());
        json.writeNumberProperty("valueSize", map.valueSize());
        json.writeNumberProperty("maxEntries", map.maxEntries() & 0xffff_ffffL);
        json.writeNumberProperty("flags", map.flags() & 0xffff_ffffL);
        json.writeNumberProperty("initialEntries", map.contents().size());
        final MapSpec inner = map.inner();
        if (inner != null) {
            json.writeObjectPropertyStart("inner");
            map(inner, json);
            json.writeEndObject();
        }
    }

    private static void variable(final BpfObject object, final BpfObject.Variable variable, final JsonGenerator json) {
        json.writeStartObject();
        json.writeStringProperty("name", variable.name());
        json.writeStringProperty("map", variable.map());
        json.writeNumberProperty("offset", variable.offset());
        json.writeNumberProperty("size", variable.size());
        Globals.initial(object, variable).ifPresent(value -> json.writeStringProperty("value", value));
        json.writeEndObject();
    }
}
