package io.xdp4j.dataplane.cli;

import io.xdp4j.bpf.BpfObject;
import io.xdp4j.bpf.LoadedObject;
import io.xdp4j.bpf.Program;
import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.bpf.Runner;
import io.xdp4j.bpf.Verdict;
import io.xdp4j.capture.CaptureFormat;
import io.xdp4j.capture.CaptureReader;
import io.xdp4j.capture.CaptureWriter;
import io.xdp4j.engine.UserspaceEngine;
import io.xdp4j.ring.CaptureSink;
import io.xdp4j.vm.CaptureClock;
import io.xdp4j.vm.Clock;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code xdp4j run}: an object file over a capture. */
@Command(
        name = "run",
        description = "Runs an XDP program from an object file over a capture, in the JVM, as any user.",
        footer = {
            "",
            "Map entries: NAME=KEY:VALUE, by the types that the object declares. A prefix is 10.0.0.0/8, an address",
            "192.0.2.1, 2001:db8::1 or 02:00:00:00:00:01, a number 80 or 0x50, a struct {a,b,{c,d}}, bytes hex:0a0b.",
            "",
            "Where a run is given up (--runaways), the report tells of the packets before, output files hold no more,",
            "and the exit status is 1.",
            "",
            "Example: xdp4j run firewall.bpf.o --in mixed.pcap --out passed.pcap --map blocked=10.0.0.0/8:1"
        })
final class RunCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "FILE.o", description = "Object file, as clang -target bpf makes it.")
    private Path objectFile = Path.of("");

    @Option(
            names = "--in",
            required = true,
            paramLabel = "CAPTURE",
            description = "pcap or pcapng file; - for standard input.")
    private Path in = Path.of("");

    @Mixin
    private OutputOptions outputs = new OutputOptions();

    @Option(names = "--program", paramLabel = "NAME", description = "Program to run, by function name.")
    private @Nullable String programName;

    @Option(names = "--section", paramLabel = "NAME", description = "Program to run, by section; its first one.")
    private @Nullable String section;

    @Mixin
    private LoadingOptions loading = new LoadingOptions();

    @Option(names = "--repeat", paramLabel = "N", description = "Run over the capture N times (default 1).")
    private int repeat = 1;

    @Option(names = "--limit", paramLabel = "N", description = "Stop after N packets.")
    private long limit = Long.MAX_VALUE;

    @Option(
            names = "--runaways",
            paramLabel = "N",
            description =
                    "Give up once the program has not ended by itself on N packets (default " + Runaways.LIMIT + ").")
    private int runaways = Runaways.LIMIT;

    @Option(names = "--ifindex", paramLabel = "N", description = "Interface index that the program reads (default 1).")
    private int ifindex = 1;

    @Option(names = "--queue", paramLabel = "N", description = "Receive queue that the program reads (default 0).")
    private int queue;

    @Option(
            names = "--mtu",
            paramLabel = "IFINDEX=BYTES",
            description =
                    "MTU of an interface that the program asks about; that of --ifindex has 1500, others are unknown.")
    private List<String> mtus = new ArrayList<>();

    @Option(
            names = "--clock",
            paramLabel = "WHICH",
            description = "Time that the program reads: capture, the packets' own (default), or system.")
    private String clock = "capture";

    @Option(
            names = "--unverified",
            description = "Run the program without verifying it first; it still cannot touch what it must not.")
    private boolean unverified;

    @Option(names = "--trace", description = "Print what the program prints (bpf_printk) on standard error.")
    private boolean trace;

    @Option(names = "--show", paramLabel = "MAP", description = "List a map's entries afterwards; all for every map.")
    private List<String> show = new ArrayList<>();

    @Option(names = "--entries", paramLabel = "N", description = "Entries to list of each map (default 20).")
    private int entries = 20;

    @Option(names = "--json", description = "Print the report as JSON.")
    private boolean json;

    @Mixin
    private Common common = new Common();

    @Override
    public Integer call() {
        checkNumbers();
        final Terminal terminal = common.terminal();
        final BpfObject object = Globals.set(InputFiles.relocated(objectFile, loading.types), loading.globals);
        final ProgramSpec spec = Programs.choose(object, programName, section);
        outputs.check(in, loading.inputs(objectFile));
        try (UserspaceEngine engine = engine(terminal);
                LoadedObject loaded = engine.load(object, loading.options(object, spec))) {
            new MapPresets(loaded).apply(loading.maps);
            final List<String> shown =
                    show.contains("all") ? List.copyOf(loaded.maps().keySet()) : show;
            shown.forEach(loaded::map);
            final Program program = loaded.program(spec.name());
            final RunReport report = run(terminal, engine, loaded, program, shown);
            if (json) {
                RunJson.print(report, reportStream(terminal));
            } else {
                report.print(terminal.withOut(reportStream(terminal)));
            }
            return status(report.totals(), terminal);
        }
    }

    private static int status(final RunTotals totals, final Terminal terminal) {
        if (totals.givenUp == null) {
            return 0;
        }
        terminal.err().println("xdp4j: " + Terminal.plain(totals.givenUp));
        return 1;
    }

    private RunReport run(
            final Terminal terminal,
            final UserspaceEngine engine,
            final LoadedObject loaded,
            final Program program,
            final List<String> shown) {
        final @Nullable CaptureSink[] sinks = new CaptureSink[Verdict.values().length];
        final Map<Verdict, Path> files = outputs.byVerdict();
        final Map<String, Long> written = new LinkedHashMap<>();
        final RunTotals totals;
        try (CaptureReader reader = CaptureReader.open(in);
                Runner runner = program.runner(0)) {
            try {
                for (final Map.Entry<Verdict, Path> output : files.entrySet()) {
                    final CaptureFormat format = CaptureFormat.forOutput(output.getValue(), reader.format());
                    sinks[output.getKey().ordinal()] =
                            new CaptureSink(CaptureWriter.create(output.getValue(), format, 0));
                }
                final Runaways watch = new Runaways(runaways, () -> RunReport.faults(loaded));
                final Progress progress = new Progress(terminal, in.toString());
                totals = new CaptureRun(reader, runner, sinks, progress, watch, ifindex, queue)
                        .run(program.spec().frags(), repeat, limit);
                files.forEach((verdict, file) -> {
                    final CaptureSink sink = sinks[verdict.ordinal()];
                    written.put(file.toString(), sink == null ? 0 : sink.packets());
                });
            } finally {
                for (final CaptureSink sink : sinks) {
                    if (sink != null) {
                        sink.close();
                    }
                }
            }
        }
        return new RunReport(
                objectFile.toString(), engine.name(), program, loaded, in.toString(), totals, written, shown, entries);
    }

    private UserspaceEngine engine(final Terminal terminal) {
        final Clock time = switch (clock) {
            case "capture" -> new CaptureClock();
            case "system" -> Clock.system();
            default -> throw new IllegalArgumentException("--clock must be capture or system: --clock " + clock);
        };
        final UserspaceEngine.Builder builder = UserspaceEngine.builder()
                .clock(time)
                .kconfig(loading.kconfig())
                .mtu(Mtus.parse(mtus, ifindex))
                .verify(!unverified);
        if (trace) {
            builder.trace(terminal.err()::println);
        }
        return builder.build();
    }

    private void checkNumbers() {
        require(repeat >= 1, "--repeat must be 1 or more: --repeat " + repeat);
        require(limit >= 1, "--limit must be 1 or more: --limit " + limit);
        require(runaways >= 1, "--runaways must be 1 or more: --runaways " + runaways);
        require(ifindex >= 1, "--ifindex must be 1 or more: --ifindex " + ifindex);
        require(queue >= 0, "--queue must be 0 or more: --queue " + queue);
        require(entries >= 0, "--entries must be 0 or more: --entries " + entries);
    }

    private static void require(final boolean good, final String message) {
        if (!good) {
            throw new IllegalArgumentException(message);
        }
    }

    /** The report gives way to packets: where those go to standard output, it goes to standard error. */
    private PrintStream reportStream(final Terminal terminal) {
        return outputs.toStandardOutput() ? terminal.err() : terminal.out();
    }
}
