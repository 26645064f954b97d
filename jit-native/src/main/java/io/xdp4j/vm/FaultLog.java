package io.xdp4j.vm;

import io.xdp4j.bpf.Fault;
import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.bpf.format.SourceLine;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Counts a program's faults by instruction, and keeps the first one's particulars. Allocates once per instruction that ever
 * faults; any number of workers may record at once.
 */
public final class FaultLog {

    /** As a fault's size: its address is a number to be shown as such. */
    static final int PLAIN_NUMBER = -1;

    private final ProgramSpec spec;
    private final AtomicReferenceArray<@Nullable Entry> entries;

    /** An empty log. */
    public FaultLog(final ProgramSpec spec) {
        this.spec = spec;
        this.entries = new AtomicReferenceArray<>(spec.code().length);
    }

    void record(final int pc, final Execution execution) {
        Entry entry = entries.get(pc);
        if (entry == null) {
            final Entry first =
                    new Entry(pc, describe(pc, execution), execution.fault().tooLong(), new AtomicLong());
            entry = entries.compareAndSet(pc, null, first) ? first : entries.get(pc);
        }
        if (entry != null) {
            entry.count.incrementAndGet();
        }
    }

    /** Most frequent first. */
    public List<Fault> faults() {
        final List<Fault> faults = new ArrayList<>();
        for (int pc = 0; pc < entries.length(); pc++) {
            final Entry entry = entries.get(pc);
            if (entry != null) {
                faults.add(new Fault(pc, entry.message, entry.count.get(), entry.tooLong));
            }
        }
        faults.sort(Comparator.comparingLong(Fault::count).reversed());
        return faults;
    }

    private String describe(final int pc, final Execution execution) {
        final SourceLine line = spec.line(pc);
        return "program=" + spec.name() + ", pc=" + pc + ": "
                + execution.fault().reason() + place(execution)
                + (line == null ? "" : " [" + line.place() + ": " + line.text().strip() + "]");
    }

    private static String place(final Execution execution) {
        final HelperSpec callee = execution.fault().callee();
        if (callee != null) {
            final int argument = execution.fault().argument();
            return ": callee=" + callee.name() + ", argument=" + argument + ", wanted="
                    + callee.arguments().get(argument - 1).type() + ", value="
                    + AddressNames.name(execution, execution.fault().address());
        }
        final int size = execution.fault().size();
        if (size == PLAIN_NUMBER) {
            return ": value=" + execution.fault().address();
        }
        return size == 0
                ? ""
                : ": address=" + AddressNames.name(execution, execution.fault().address()) + ", size=" + size
                        + " bytes";
    }

    private record Entry(int pc, String message, boolean tooLong, AtomicLong count) {}
}
