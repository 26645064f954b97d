package io.xdp4j.tests.verifier;

import io.xdp4j.bpf.BpfMap;
import io.xdp4j.bpf.Fault;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.MapType;
import io.xdp4j.bpf.ProgramLoadException;
import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.bpf.Runner;
import io.xdp4j.engine.UserspaceEngine;
import io.xdp4j.tests.objects.SinglePacket;
import io.xdp4j.verifier.Verification;
import io.xdp4j.verifier.Verifier;
import io.xdp4j.vm.InterpretedProgram;
import io.xdp4j.vm.helper.HelperTable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Runs programs that the verifier accepts, on random packets, in the interpreter, which checks every access itself, with
 * every fact compared before every instruction. Owns an engine and its maps; one thread's.
 */
final class SoundnessRun implements AutoCloseable {

    private static final int BUDGET = 20_000;
    private static final int SMALL_BUDGET = 250;

    /** Programs come to it verified. */
    private final UserspaceEngine engine =
            UserspaceEngine.builder().verify(false).build();

    private final Map<String, BpfMap> maps = new LinkedHashMap<>();
    private final Map<String, MapSpec> specs = new LinkedHashMap<>();
    private final SinglePacket packets = new SinglePacket();
    private long accepted;
    private long rejected;
    private long widened;
    private long runs;
    private long checked;

    SoundnessRun() {
        add(MapSpec.of("array", MapType.ARRAY, 4, 64, 16));
        add(MapSpec.of("hash", MapType.HASH, 4, 64, 64));
        final UnsafeBuffer key = new UnsafeBuffer(new byte[4]);
        final UnsafeBuffer value = new UnsafeBuffer(new byte[64]);
        for (int i = -16; i < 32; i++) {
            key.putInt(0, i);
            value.putInt(0, i * 77);
            engine.create(MapSpec.of("unused" + i, MapType.ARRAY, 4, 8, 1)).close();
            hash().update(key, 0, value, 0, BpfMap.ANY);
        }
    }

    private BpfMap hash() {
        return java.util.Objects.requireNonNull(maps.get("hash"));
    }

    private void add(final MapSpec spec) {
        specs.put(spec.name(), spec);
        maps.put(spec.name(), engine.create(spec));
    }

    long accepted() {
        return accepted;
    }

    long rejected() {
        return rejected;
    }

    /** Programs whose numbers were widened. */
    long widened() {
        return widened;
    }

    /** Runs of accepted programs. */
    long runs() {
        return runs;
    }

    /** Values that were compared with facts. */
    long checked() {
        return checked;
    }

    /**
     * Verifies and runs a program; what did not hold, or null.
     *
     * @param mayTakeLong whether it may have an iterator of millions of turns, which the interpreter cuts off
     */
    @Nullable
    String check(
            final ProgramSpec spec, final SplittableRandom random, final int packetCount, final boolean mayTakeLong) {
        final Verifier usual = Verifier.create().withBudget(BUDGET);
        final Verifier verifier = switch (random.nextInt(5)) {
            case 0, 1 -> usual;
            case 2, 3 -> usual.withEveryState();
            // so that numbers are widened
            default -> usual.withBudget(SMALL_BUDGET);
        };
        final Verification answer = verifier.check(spec, specs, HelperTable.standard());
        if (answer.cost().widened()) {
            widened++;
        }
        if (!(answer instanceof final Verification.Accepted proved)) {
            rejected++;
            return null;
        }
        final FactCheck facts = new FactCheck(proved.facts());
        final InterpretedProgram loaded;
        try {
            loaded = engine.load(spec, maps);
        } catch (final ProgramLoadException unknownInDeadCode) {
            rejected++;
            return null;
        }
        accepted++;
        try (InterpretedProgram program = loaded;
                Runner runner = program.observedRunner(0, facts)) {
            for (int i = 0; i < packetCount; i++) {
                facts.begin();
                packets.run(runner, packet(random));
                runs++;
                // any number may be returned: the engine counts what is no verdict as a fault
                final List<Fault> faults = program.faults().stream()
                        .filter(fault -> !fault.message().contains("unknown XDP action"))
                        .filter(fault -> !(mayTakeLong && fault.tooLong()))
                        .toList();
                if (facts.violation() != null || !faults.isEmpty()) {
                    return facts.violation() != null
                            ? facts.violation()
                            : faults.getFirst().toString();
                }
            }
        } finally {
            checked += facts.checked();
        }
        return null;
    }

    /** Packets of any length; bytes are often small, or all ones, so that comparisons go both ways. */
    private static byte[] packet(final SplittableRandom random) {
        final byte[] packet = new byte[14 + random.nextInt(120)];
        random.nextBytes(packet);
        for (int i = 0; i < packet.length; i++) {
            switch (random.nextInt(8)) {
                case 0, 1 -> packet[i] = 0;
                case 2 -> packet[i] = (byte) random.nextInt(16);
                case 3 -> packet[i] = -1;
                default -> {}
            }
        }
        return packet;
    }

    @Override
    public void close() {
        packets.close();
        engine.close();
    }
}
