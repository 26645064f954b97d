package io.xdp4j.vm;

import io.xdp4j.bpf.Fault;
import io.xdp4j.map.Grace;
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
    private final Grace.Reader reader;

    MemoryRun(final Image image, final Execution execution) {
        this.image = image;
        this.execution = execution;
        this.interpreter = new Interpreter(execution, image);
        this.reader = execution.environment().maps().grace().reader();
    }

    /**
     * Runs the program; {@code memory} is changed as the program changes it.
     *
     * @return r0, or empty if the program ended by a fault: see {@link #faults()}
     */
    public OptionalLong run(final byte[] memory) {
        if (memory.length == 0) {
            return run(0, 0);
        }
        try (NativeArea area = new NativeArea(memory.length, 8)) {
            NativeMemory.copy(memory, 0, area.address(), memory.length);
            final OptionalLong result = run(area.address(), memory.length);
            NativeMemory.copy(area.address(), memory, 0, memory.length);
            return result;
        }
    }

    private OptionalLong run(final long address, final int length) {
        reader.enter();
        try {
            execution.beginWithoutPacket();
            execution.memory(address, length);
            final long result = interpreter.run(image, address, length);
            return execution.faulted() ? OptionalLong.empty() : OptionalLong.of(result);
        } finally {
            execution.end();
            execution.memory(0, 0);
            reader.leave();
        }
    }

    /** What went wrong so far. */
    public List<Fault> faults() {
        return image.faults().faults();
    }

    @Override
    public void close() {
        reader.close();
        execution.close();
    }
}
