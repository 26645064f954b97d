package io.xdp4j.vm;

import io.xdp4j.bpf.Fault;
import io.xdp4j.sys.NativeArea;
import io.xdp4j.sys.NativeMemory;
import java.util.List;
import java.util.OptionalLong;

/**
 * Runs a program over a memory of the caller's, with r1 = its address and r2 = its length; both 0 if it is empty. One
 * thread's.
 */
public final class MemoryRun implements AutoCloseable {

    private final Image image;
    private final Execution execution;
    private final Interpreter interpreter;

    MemoryRun(final Image image, final Execution execution) {
        this.image = image;
        this.execution = execution;
        this.interpreter = new Interpreter(execution, image);
    }

    /**
     * Runs the program; {@code memory} is changed as the program changes it.
     *
     * @return r0, or empty if the program ended by a fault: see {@link #faults()}
     */
    public OptionalLong run(final byte[] memory) {
        execution.beginWithoutPacket();
        final long result;
        if (memory.length == 0) {
            result = interpreter.run(image, 0, 0);
        } else {
            try (NativeArea area = new NativeArea(memory.length, 8)) {
                NativeMemory.copy(memory, 0, area.address(), memory.length);
                execution.memory(area.address(), memory.length);
                result = interpreter.run(image, area.address(), memory.length);
                execution.memory(0, 0);
                NativeMemory.copy(area.address(), memory, 0, memory.length);
            }
        }
        return execution.faulted() ? OptionalLong.empty() : OptionalLong.of(result);
    }

    /** What went wrong so far. */
    public List<Fault> faults() {
        return image.faults().faults();
    }

    @Override
    public void close() {
        execution.close();
    }
}
