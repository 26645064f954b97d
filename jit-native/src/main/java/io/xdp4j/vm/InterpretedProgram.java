package io.xdp4j.vm;

import io.xdp4j.bpf.Fault;
import io.xdp4j.bpf.Program;
import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.bpf.Runner;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** A live program that the interpreter runs. Safe for use by several threads. */
public final class InterpretedProgram implements Program {

    private final int id;
    private final Image image;
    private final Environment environment;
    private final int cpus;
    private final IntConsumer onClose;

    /**
     * Makes the program live.
     *
     * @param id the engine's number for it
     * @param image what runs
     * @param environment the world around it
     * @param cpus workers that per-CPU maps have values for
     * @param onClose told the id when the program is closed
     */
    public InterpretedProgram(
            final int id, final Image image, final Environment environment, final int cpus, final IntConsumer onClose) {
        this.id = id;
        this.image = image;
        this.environment = environment;
        this.cpus = cpus;
        this.onClose = onClose;
    }

    /** What runs. */
    public Image image() {
        return image;
    }

    @Override
    public ProgramSpec spec() {
        return image.spec();
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public Runner runner(final int cpu) {
        return runner(cpu, null);
    }

    /** A runner whose every instruction an observer sees. */
    public Runner observedRunner(final int cpu, final InsnObserver observer) {
        return runner(cpu, observer);
    }

    private Runner runner(final int cpu, final @Nullable InsnObserver observer) {
        if (cpu < 0 || cpu >= cpus) {
            throw new IllegalArgumentException(
                    "no such CPU: cpu=" + cpu + ", cpus=" + cpus + " (make the engine with more: builder().cpus(n))");
        }
        return new InterpretedRunner(image, new Execution(cpu, environment), observer);
    }

    /** Makes a machine that runs the program over a memory of the caller's. */
    public MemoryRun memoryRun() {
        return new MemoryRun(image, new Execution(0, environment));
    }

    @Override
    public List<Fault> faults() {
        return image.faults().faults();
    }

    @Override
    public void close() {
        onClose.accept(id);
    }
}
