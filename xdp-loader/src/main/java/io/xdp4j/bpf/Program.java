package io.xdp4j.bpf;

/** A live program. Safe for use by several threads; each runs it through a {@link Runner} of its own. */
public interface Program extends AutoCloseable {

    /** What it was made from. */
    ProgramSpec spec();

    /** The engine's id for it, positive. What a program array's slot reads as. */
    int id();

    /** The program's name. */
    default String name() {
        return spec().name();
    }

    /**
     * Makes a runner for one worker.
     *
     * @param cpu what {@code bpf_get_smp_processor_id} answers and which per-CPU values the program sees
     */
    Runner runner(int cpu);

    /** What went wrong in runs that ended ABORTED by fault, most frequent first. */
    java.util.List<Fault> faults();

    @Override
    void close();
}
