package io.xdp4j.dataplane.cli;

import io.xdp4j.bpf.BpfMap;
import io.xdp4j.bpf.Fault;
import io.xdp4j.bpf.LoadedObject;
import io.xdp4j.bpf.Program;
import io.xdp4j.bpf.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.agrona.collections.Long2LongHashMap;

/**
 * What a run has to tell.
 *
 * @param objectFile the object's name
 * @param engine the engine's name
 * @param program what ran
 * @param object the object that it belongs to
 * @param capture the capture's name
 * @param totals what became of the packets
 * @param written files written: name and packets
 * @param shown maps to list, by name
 * @param entryLimit entries to list of each
 */
record RunReport(
        String objectFile,
        String engine,
        Program program,
        LoadedObject object,
        String capture,
        RunTotals totals,
        Map<String, Long> written,
        List<String> shown,
        int entryLimit) {

    /** A redirect target and how many packets went there. */
    record Redirect(String target, long packets) {}

    /** Redirect targets, the busiest first, and last what went to all those past {@link RunTotals#TARGETS}. */
    List<Redirect> redirects() {
        final Map<Integer, String> names = object.maps().entrySet().stream()
                .collect(Collectors.toMap(entry -> entry.getValue().id(), Map.Entry::getKey, (a, b) -> a));
        final List<Redirect> redirects = new ArrayList<>();
        final Long2LongHashMap.EntryIterator targets =
                totals.redirects.entrySet().iterator();
        while (targets.hasNext()) {
            targets.next();
            final int map = (int) (targets.getLongKey() >>> 32);
            final int index = (int) targets.getLongKey();
            final String place = map == 0
                    ? "interface " + index
                    : names.getOrDefault(map, "map " + map) + (index == -1 ? " (broadcast)" : "[" + index + "]");
            redirects.add(new Redirect(place, targets.getLongValue()));
        }
        redirects.sort((a, b) -> Long.compare(b.packets, a.packets));
        if (totals.otherRedirects > 0) {
            redirects.add(new Redirect("other targets", totals.otherRedirects));
        }
        return redirects;
    }

    /** Prints the report for people. */
    void print(final Terminal terminal) {
        final var out = terminal.out();
        out.printf(
                Locale.ROOT,
                "%s  %s, section %s, %,d instructions, %s%n",
                terminal.bold(program.name()),
                objectFile,
                program.spec().section(),
                program.spec().code().length,
                engine);
        out.printf(
                Locale.ROOT,
                "%s  %,d packets, %,d bytes%s%n%n",
                capture,
                totals.total(),
                totals.totalBytes(),
                totals.givenUp == null ? "" : ", given up before the end");
        printVerdicts(terminal);
        redirects().forEach(redirect -> out.printf(Locale.ROOT, "  %,12d  to %s%n", redirect.packets, redirect.target));
        printFaults(terminal);
        out.println();
        if (totals.truncated > 0) {
            out.printf(
                    Locale.ROOT,
                    "%,d packets were cut when they were captured: the program saw only the part that is there%n",
                    totals.truncated);
        }
        written.forEach((name, packets) -> out.printf(
                Locale.ROOT,
                "%,d packets written to %s%s%n",
                packets,
                name,
                totals.givenUp == null ? "" : " (partial)"));
        out.println(terminal.dim(String.format(
                Locale.ROOT,
                "%,.0f packets/s, %,.0f ns a packet within the program, %.1f ms in all",
                totals.packetsPerSecond(),
                totals.programNsPerPacket(),
                totals.elapsedNs / 1e6)));
        shown.forEach(name -> printMap(terminal, name));
    }

    private void printVerdicts(final Terminal terminal) {
        final long total = Math.max(1, totals.total());
        terminal.out()
                .println(terminal.dim(String.format("  %-8s %12s %8s %16s", "verdict", "packets", "share", "bytes")));
        for (final Verdict verdict :
                List.of(Verdict.PASS, Verdict.DROP, Verdict.TX, Verdict.REDIRECT, Verdict.ABORTED)) {
            final long packets = totals.packets[verdict.ordinal()];
            final String row = String.format(
                    Locale.ROOT,
                    "  %-8s %,12d %7.1f%% %,16d",
                    verdict,
                    packets,
                    100.0 * packets / total,
                    totals.bytes[verdict.ordinal()]);
            terminal.out()
                    .println(
                            switch (verdict) {
                                case PASS -> packets > 0 ? terminal.green(row) : row;
                                case ABORTED -> packets > 0 ? terminal.red(row) : row;
                                case DROP, TX, REDIRECT -> row;
                            });
        }
    }

    private void printFaults(final Terminal terminal) {
        final List<Fault> faults = faults(object);
        if (!faults.isEmpty()) {
            terminal.out().println();
        }
        for (final Fault fault : faults) {
            terminal.out()
                    .printf(
                            Locale.ROOT,
                            "  %s %s%n",
                            terminal.red(String.format("%,d ×", fault.count())),
                            fault.message());
        }
    }

    /** Faults of every program of the object, most frequent first. */
    static List<Fault> faults(final LoadedObject object) {
        return object.programs().values().stream()
                .flatMap(each -> each.faults().stream())
                .sorted((a, b) -> Long.compare(b.count(), a.count()))
                .toList();
    }

    private void printMap(final Terminal terminal, final String name) {
        final BpfMap map = object.map(name);
        terminal.out()
                .printf(
                        Locale.ROOT,
                        "%n%s  %s, %,d of %,d entries, %,d bytes of memory%n",
                        terminal.bold(name),
                        map.spec().type().label(),
                        map.entries(),
                        map.spec().maxEntries() & 0xffff_ffffL,
                        map.memory());
        if (!MapEntries.listable(map)) {
            return;
        }
        final List<MapEntries.Entry> entries = MapEntries.list(map, entryLimit + 1L, false);
        entries.stream()
                .limit(entryLimit)
                .forEach(entry -> terminal.out().println("  " + entry.key() + ": " + entry.value()));
        if (entries.size() > entryLimit) {
            terminal.out().println(terminal.dim("  … more (see --entries)"));
        } else if (MapEntries.isArray(map) && entries.size() < map.spec().maxEntries()) {
            terminal.out().println(terminal.dim("  all others are zero"));
        }
    }
}
