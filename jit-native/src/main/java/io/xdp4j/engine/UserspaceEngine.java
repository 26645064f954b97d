package io.xdp4j.engine;

import io.xdp4j.bpf.BpfMap;
import io.xdp4j.bpf.BpfObject;
import io.xdp4j.bpf.Engine;
import io.xdp4j.bpf.LoadOptions;
import io.xdp4j.bpf.LoadedObject;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.Program;
import io.xdp4j.bpf.ProgramLoadException;
import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.map.MapContext;
import io.xdp4j.map.MapTable;
import io.xdp4j.map.Maps;
import io.xdp4j.map.UserspaceMap;
import io.xdp4j.verifier.Fact;
import io.xdp4j.verifier.Verification;
import io.xdp4j.verifier.Verifier;
import io.xdp4j.vm.Clock;
import io.xdp4j.vm.Environment;
import io.xdp4j.vm.Fib;
import io.xdp4j.vm.Helpers;
import io.xdp4j.vm.Image;
import io.xdp4j.vm.InterpretedProgram;
import io.xdp4j.vm.helper.HelperTable;
import io.xdp4j.vm.helper.TimerService;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The engine that runs programs in the JVM. Needs no privileges, and runs on any operating system with a little-endian
 * 64-bit machine. Safe for use by several threads; {@link #close()} closes every map and program that it made.
 *
 * <p>A program is verified when it is loaded, and refused as the kernel would refuse it, unless {@link
 * Builder#verify(boolean)} says otherwise. Programs run on the interpreter, with every memory access checked.
 */
public final class UserspaceEngine implements Engine {

    private final TimerService timers = new TimerService();
    private final MapContext mapContext;
    private final Environment environment;
    private final Helpers helpers;
    private final Map<String, Long> kconfig;
    private final Verifier verifier;
    private final boolean verified;
    private final Map<Integer, Program> programs = new ConcurrentHashMap<>();
    private final AtomicInteger nextProgram = new AtomicInteger();

    private UserspaceEngine(final Builder builder) {
        final MapTable table = new MapTable();
        mapContext = new MapContext(builder.cpus, table, programs::get, builder.clock.repeatable());
        environment = new Environment(table, builder.clock, builder.trace, builder.fib, builder.mtu, timers);
        helpers = builder.helpers;
        kconfig = Map.copyOf(builder.kconfig);
        verifier = builder.verifier;
        verified = builder.verified;
    }

    /** An engine with one CPU, the machine's clock and the standard helpers. */
    public static UserspaceEngine create() {
        return builder().build();
    }

    /** Starts an engine's configuration. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public String name() {
        return "userspace interpreter";
    }

    @Override
    public LoadedObject load(final BpfObject object, final LoadOptions options) {
        return new ObjectLoader(this, object, options, kconfig).load();
    }

    @Override
    public UserspaceMap create(final MapSpec spec) {
        return Maps.create(spec, mapContext);
    }

    /**
     * Loads a program that belongs to no object. The caller owns it.
     *
     * @param maps the maps that it refers to, by name
     * @throws ProgramLoadException if it is refused
     */
    public InterpretedProgram load(final ProgramSpec spec, final Map<String, BpfMap> maps) {
        return load(
                spec,
                KnownMaps.of(maps),
                (final String name) -> maps.get(name) instanceof final UserspaceMap map && owns(map) ? map : null);
    }

    InterpretedProgram load(
            final ProgramSpec spec,
            final Map<String, MapSpec> known,
            final Function<String, @Nullable UserspaceMap> maps) {
        final Image image = ImageLinker.link(spec, maps, helpers, verified ? dead(spec, known) : pc -> false);
        final int id = nextProgram.incrementAndGet();
        final InterpretedProgram program = new InterpretedProgram(id, image, environment, cpus(), programs::remove);
        programs.put(id, program);
        return program;
    }

    /** Verifies a program; says of its instructions whether no path reaches them. */
    private IntPredicate dead(final ProgramSpec spec, final Map<String, MapSpec> known) {
        return switch (verifier.check(spec, known, helpers)) {
            case final Verification.Accepted accepted ->
                pc -> {
                    final Fact fact = accepted.facts().at(pc);
                    return fact != null && !fact.reached();
                };
            case final Verification.Rejected rejected ->
                throw new ProgramLoadException(
                        spec.name(), "section=" + spec.section() + ", " + rejected.message(), rejected.explanation());
        };
    }

    /**
     * Says what the verifier thinks of one of an object's programs, as if the object were loaded; makes nothing.
     *
     * @param options what it would be loaded with
     * @throws IllegalArgumentException if the object has no such program
     */
    public Verification verify(final BpfObject object, final LoadOptions options, final String program) {
        final ProgramSpec spec = object.programs().get(program);
        if (spec == null) {
            throw new IllegalArgumentException("no such program: program=" + program + " (there are: "
                    + String.join(", ", object.programs().keySet()) + ")");
        }
        return verifier.check(spec, KnownMaps.of(object, options, kconfig, cpus()), helpers);
    }

    /** Whether the map is one of this engine's and open. */
    boolean owns(final UserspaceMap map) {
        return map.equals(mapContext.table().byId(map.id()));
    }

    /** CPUs that per-CPU maps have values for. */
    public int cpus() {
        return mapContext.cpus();
    }

    @Override
    public void close() {
        final List<AutoCloseable> all = new ArrayList<>();
        all.add(timers);
        all.addAll(programs.values());
        all.addAll(List.of(mapContext.table().live()));
        Closing.all(all);
    }

    /** What an engine is made of. */
    public static final class Builder {

        private int cpus = 1;
        private Clock clock = Clock.system();
        private Consumer<String> trace = line -> {};
        private Fib fib = Fib.NONE;
        private IntUnaryOperator mtu = ifindex -> 1500;
        private Helpers helpers = HelperTable.standard();
        private Map<String, Long> kconfig = Map.of();
        private Verifier verifier = Verifier.create();
        private boolean verified = true;

        private Builder() {}

        /** How many workers there will be: CPUs 0 to {@code count - 1}, 1 to 4096. */
        public Builder cpus(final int count) {
            if (count < 1 || count > 4096) {
                throw new IllegalArgumentException("cpus must be 1 to 4096: cpus=" + count);
            }
            cpus = count;
            return this;
        }

        /**
         * What time programs read. Where it is {@link Clock#repeatable}, hashes are not random, so that every run over the same
         * packets does the same.
         */
        public Builder clock(final Clock source) {
            clock = source;
            return this;
        }

        /** Takes what programs print, a line at a time, on the worker's thread. */
        public Builder trace(final Consumer<String> lines) {
            trace = lines;
            return this;
        }

        /** Where {@code bpf_fib_lookup} finds routes. */
        public Builder fib(final Fib routes) {
            fib = routes;
            return this;
        }

        /** MTU by interface index; 0 for an interface that is not there. */
        public Builder mtu(final IntUnaryOperator byIfindex) {
            mtu = byIfindex;
            return this;
        }

        /** What programs can call. */
        public Builder helpers(final Helpers table) {
            helpers = table;
            return this;
        }

        /** Values of {@code __kconfig} variables by name, {@code CONFIG_HZ}; {@code y}, {@code m}, {@code n} as 1, 2, 0. */
        public Builder kconfig(final Map<String, Long> values) {
            kconfig = values;
            return this;
        }

        /**
         * Whether programs are verified when they are loaded: true unless said otherwise. The interpreter's own checks stop
         * an unverified program at what it must not do, packet by packet.
         */
        public Builder verify(final boolean wanted) {
            verified = wanted;
            return this;
        }

        /** What verifies programs, where it is to have another budget, or to tell what it sees. */
        public Builder verifier(final Verifier other) {
            verifier = other;
            return this;
        }

        /** Makes the engine; the caller closes it. */
        public UserspaceEngine build() {
            return new UserspaceEngine(this);
        }
    }
}
