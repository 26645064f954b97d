package io.xdp4j.dataplane.cli;

import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.bpf.asm.Disassembler;
import io.xdp4j.bpf.format.SourceLine;
import io.xdp4j.bpf.insn.Decoder;
import io.xdp4j.bpf.insn.Insn;
import io.xdp4j.verifier.Facts;
import io.xdp4j.verifier.Verification;
import java.io.PrintStream;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** Prints what the verifier says as one JSON object, for editors; its names stay. */
final class VerifyJson {

    private VerifyJson() {}

    static void print(final List<VerifiedProgram> programs, final boolean facts, final PrintStream out) {
        try (JsonGenerator json = Json.generator(out)) {
            json.writeStartObject();
            json.writeArrayPropertyStart("programs");
            programs.forEach(program -> program(program, facts, json));
            json.writeEndArray();
            json.writeEndObject();
        }
        out.println();
    }

    private static void program(final VerifiedProgram program, final boolean facts, final JsonGenerator json) {
        final Verification verification = program.verification();
        json.writeStartObject();
        json.writeStringProperty("file", program.file());
        json.writeStringProperty("program", program.spec().name());
        json.writeStringProperty("section", program.spec().section());
        json.writeStringProperty("type", program.spec().type().label());
        json.writeBooleanProperty("skipped", verification == null);
        switch (verification) {
            case null -> {}
            case final Verification.Accepted accepted -> {
                json.writeBooleanProperty("accepted", true);
                json.writeNumberProperty("dead", accepted.facts().dead());
                if (facts) {
                    facts(program.spec(), accepted.facts(), json);
                }
                cost(accepted.cost(), json);
            }
            case final Verification.Rejected rejected -> {
                json.writeBooleanProperty("accepted", false);
                rejected(rejected, json);
                cost(rejected.cost(), json);
            }
        }
        json.writeEndObject();
    }

    private static void rejected(final Verification.Rejected rejected, final JsonGenerator json) {
        json.writeStringProperty("rule", rejected.rule().label());
        json.writeNumberProperty("pc", rejected.pc());
        json.writeStringProperty("insn", rejected.insn());
        source(rejected.line(), json);
        json.writeStringProperty("reason", rejected.reason());
        json.writeStringProperty("registers", rejected.registers());
        json.writeArrayPropertyStart("path");
        for (final Verification.PathStep step : rejected.path()) {
            json.writeStartObject();
            json.writeNumberProperty("pc", step.pc());
            json.writeStringProperty("insn", step.insn());
            json.writeBooleanProperty("taken", step.taken());
            source(step.line(), json);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** The place in the source; left out where the object does not say. */
    private static void source(final @Nullable SourceLine line, final JsonGenerator json) {
        if (line != null) {
            json.writeObjectPropertyStart("source");
            json.writeStringProperty("file", line.file());
            json.writeNumberProperty("line", line.line());
            json.writeNumberProperty("column", line.column());
            json.writeStringProperty("text", line.text());
            json.writeEndObject();
        }
    }

    private static void facts(final ProgramSpec spec, final Facts facts, final JsonGenerator json) {
        json.writeArrayPropertyStart("facts");
        for (int pc = 0; pc < spec.code().length; ) {
            final Insn insn = Decoder.decode(spec.code(), pc);
            json.writeStartObject();
            json.writeNumberProperty("pc", pc);
            json.writeStringProperty("insn", Disassembler.text(insn));
            json.writeStringProperty("facts", facts.describe(pc));
            json.writeEndObject();
            pc += insn.slots();
        }
        json.writeEndArray();
    }

    private static void cost(final Verification.Cost cost, final JsonGenerator json) {
        json.writeObjectPropertyStart("cost");
        json.writeNumberProperty("processed", cost.processed());
        json.writeNumberProperty("states", cost.totalStates());
        json.writeNumberProperty("peakStates", cost.peakStates());
        json.writeNumberProperty("stackDepth", cost.stackDepth());
        json.writeNumberProperty("nanos", cost.nanos());
        json.writeBooleanProperty("widened", cost.widened());
        json.writeEndObject();
    }
}
