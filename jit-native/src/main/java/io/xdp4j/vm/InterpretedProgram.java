package io.xdp4j.vm;

import io.xdp4j.bpf.Fault;
import io.xdp4j.bpf.Program;
import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.bpf.Runner;
import java.util.List;
import java.util.function.IntConsumer;

/** A live program that the interpreter runs. Safe for use by several threads. */
public final class InterpretedProgram implements Program {

    private final int id;
    private final Image image;
    private final Environment environment;
    private final IntConsumer onClose;

    /**
     * Makes the program live.
     *
     * @param id the engine's number for it
     * @param image what runs
     * @param environment the world around it
     * @param onClose told the id when the program is closed
     */
    public InterpretedProgram(
            final int id, final Image image, final Environment environment, final IntConsumer onClose) {
        this.id = id;
        this.image = image;
        this.environment = environment;
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
        return new InterpretedRunner(image, new Execution(cpu, environment));
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
