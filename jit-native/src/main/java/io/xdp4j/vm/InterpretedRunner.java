package io.xdp4j.vm;

import io.xdp4j.bpf.Runner;
import io.xdp4j.bpf.Verdict;
import io.xdp4j.map.Grace;
import io.xdp4j.packet.Burst;
import org.jspecify.annotations.Nullable;

/** Runs a program on one worker's bursts. */
final class InterpretedRunner implements Runner {

    private static final int LAST_VERDICT = Verdict.REDIRECT.ordinal();

    private final Image image;
    private final Execution execution;
    private final Interpreter interpreter;
    private final Clock clock;
    private final Grace.Reader reader;

    InterpretedRunner(final Image image, final Execution execution, final @Nullable InsnObserver observer) {
        this.image = image;
        this.execution = execution;
        this.interpreter = new Interpreter(execution, image, observer);
        this.clock = execution.environment().clock();
        this.reader = execution.environment().maps().grace().reader();
    }

    @Override
    public void run(final Burst burst) {
        final boolean frags = image.spec().frags();
        reader.enter();
        try {
            for (int slot = 0; slot < burst.count; slot = burst.next(slot)) {
                clock.arrival(burst.timestampNs[slot]);
                execution.begin(burst, slot, frags);
                burst.verdict[slot] = verdict(burst, slot, frags);
            }
        } finally {
            execution.end();
            reader.leave();
        }
    }

    private int verdict(final Burst burst, final int slot, final boolean frags) {
        if (!frags && (burst.options[slot] & Burst.CONTINUES) != 0) {
            execution.fault("packet in several frames for a program that is not xdp.frags", 0, 0);
            image.faults().record(0, execution);
            return Verdict.ABORTED.ordinal();
        }
        final long result = interpreter.run(image, execution.context(), 0);
        if (execution.faulted()) {
            return Verdict.ABORTED.ordinal();
        }
        final int action = (int) result;
        if (action < 0 || action > LAST_VERDICT) {
            execution.fault("unknown XDP action returned", action, FaultLog.PLAIN_NUMBER);
            image.faults().record(interpreter.lastPc(), execution);
            return Verdict.ABORTED.ordinal();
        }
        return action;
    }

    @Override
    public void close() {
        reader.close();
        execution.close();
    }
}
