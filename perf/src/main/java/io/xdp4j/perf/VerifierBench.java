package io.xdp4j.perf;

import io.xdp4j.bpf.BpfObject;
import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.verifier.Verification;
import io.xdp4j.verifier.Verifier;
import io.xdp4j.vm.helper.HelperTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** How long the verifier takes, warm, for programs of 2,000 to 20,000 instructions. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
public class VerifierBench {

    /** Object and program. */
    @Param({"medium filter", "datapath datapath", "large filter"})
    @SuppressWarnings("NullAway") // JMH sets it
    public String program;

    @SuppressWarnings("NullAway") // the set-up sets both
    private BpfObject object;

    @SuppressWarnings("NullAway")
    private ProgramSpec spec;

    @Setup
    public void read() throws IOException {
        final String[] names = program.split(" ", 2);
        object = BpfObject.parse(Path.of(System.getProperty("xdp4j.programs"), names[0] + ".o"));
        spec = java.util.Objects.requireNonNull(object.programs().get(names[1]), program);
    }

    @Benchmark
    public Verification verify() {
        final Verification answer = Verifier.verify(spec, object.maps(), HelperTable.standard());
        if (!(answer instanceof Verification.Accepted)) {
            throw new IllegalStateException("program is refused: " + answer);
        }
        return answer;
    }
}
