package io.xdp4j.dataplane.cli;

import io.xdp4j.bpf.BpfMap;
import io.xdp4j.bpf.Fault;
import io.xdp4j.bpf.Verdict;
import java.io.PrintStream;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/** Prints a run's report as one JSON object; counts are numbers, keys and values of maps are text. */
final class RunJson {

    private RunJson() {}

    static void print(final RunReport report, final PrintStream out) {
        try (JsonGenerator json = Json.generator(out)) {
            final RunTotals totals = report.totals();
            json.writeStartObject();
            json.writeStringProperty("object", report.objectFile());
            json.writeStringProperty("program", report.program().name());
            json.writeStringProperty("section", report.program().spec().section());
            json.writeNumberProperty("instructions", report.program().spec().code().length);
            json.writeStringProperty("engine", report.engine());
            json.writeStringProperty("capture", report.capture());
            json.writeNumberProperty("packets", totals.total());
            json.writeNumberProperty("bytes", totals.totalBytes());
            json.writeNumberProperty("truncatedPackets", totals.truncated);
            json.writeBooleanProperty("complete", totals.givenUp == null);
            verdicts(totals, json);
            json.writeArrayPropertyStart("redirects");
            for (final RunReport.Redirect redirect : report.redirects()) {
                json.writeStartObject();
                json.writeStringProperty("target", redirect.target());
                json.writeNumberProperty("packets", redirect.packets());
                json.writeEndObject();
            }
            json.writeEndArray();
            faults(RunReport.faults(report.object()), json);
            json.writeObjectPropertyStart("written");
            report.written().forEach(json::writeNumberProperty);
            json.writeEndObject();
            json.writeNumberProperty("elapsedNs", totals.elapsedNs);
            json.writeNumberProperty("packetsPerSecond", Math.round(totals.packetsPerSecond()));
            json.writeNumberProperty("programNsPerPacket", Math.round(totals.programNsPerPacket()));
            json.writeObjectPropertyStart("maps");
            for (final String name : report.shown()) {
                map(report.object().map(name), report.entryLimit(), json);
            }
            json.writeEndObject();
            json.writeEndObject();
        }
        out.println();
    }

    private static void verdicts(final RunTotals totals, final JsonGenerator json) {
        json.writeObjectPropertyStart("verdicts");
        for (final Verdict verdict : Verdict.values()) {
            json.writeObjectPropertyStart(verdict.name());
            json.writeNumberProperty("packets", totals.packets[verdict.ordinal()]);
            json.writeNumberProperty("bytes", totals.bytes[verdict.ordinal()]);
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private static void faults(final List<Fault> faults, final JsonGenerator json) {
        json.writeArrayPropertyStart("faults");
        for (final Fault fault : faults) {
            json.writeStartObject();
            json.writeNumberProperty("pc", fault.pc());
            json.writeStringProperty("message", fault.message());
            json.writeNumberProperty("count", fault.count());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void map(final BpfMap map, final int entryLimit, final JsonGenerator json) {
        json.writeObjectPropertyStart(map.spec().name());
        json.writeStringProperty("type", map.spec().type().label());
        json.writeNumberProperty("count", map.entries());
        json.writeNumberProperty("maxEntries", map.spec().maxEntries() & 0xffff_ffffL);
        json.writeNumberProperty("memoryBytes", map.memory());
        if (MapEntries.listable(map)) {
            final List<MapEntries.Entry> entries = MapEntries.list(map, entryLimit + 1L, false);
            json.writeArrayPropertyStart("entries");
            for (final MapEntries.Entry entry : entries.subList(0, Math.min(entryLimit, entries.size()))) {
                json.writeStartObject();
                json.writeStringProperty("key", entry.key());
                if (map.cpus() == 1) {
                    json.writeStringProperty("value", entry.value());
                } else {
                    json.writeArrayPropertyStart("values");
                    entry.values().forEach(json::writeString);
                    json.writeEndArray();
                }
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeBooleanProperty("more", entries.size() > entryLimit);
        }
        json.writeEndObject();
    }
}
