// SPDX-License-Identifier: Apache-2.0

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Prints the ring of a service as a line for {@code --map}: {@code java Maglev.java SERVICE REAL[*WEIGHT]...}.
 *
 * <p>The table of Maglev (Eisenbud et al., NSDI 2016, section 3.4): each real server has its own permutation of the
 * slots and takes the next free one in turn, so that all get an even share and, when one goes, few slots of the others
 * change hands. A server of weight 3 takes three slots a turn.
 */
final class Maglev {

    static final int RING_SIZE = 1021; // as in load-balancer.bpf.c

    public static void main(String[] arguments) {
        if (arguments.length < 2) {
            System.err.println("usage: java Maglev.java SERVICE REAL[*WEIGHT]...");
            System.exit(2);
        }
        int count = arguments.length - 1;
        int[] reals = new int[count];
        int[] weights = new int[count];
        for (int i = 0; i < count; i++) {
            String[] parts = arguments[i + 1].split("\\*");
            reals[i] = Integer.parseInt(parts[0]);
            weights[i] = parts.length > 1 ? Integer.parseInt(parts[1]) : 1;
        }
        String slots =
                IntStream.of(ring(reals, weights)).mapToObj(Integer::toString).collect(Collectors.joining(","));
        System.out.println("rings=" + Integer.parseInt(arguments[0]) + ":{" + slots + "}");
    }

    static int[] ring(int[] reals, int[] weights) {
        int[] ring = new int[RING_SIZE];
        int[] next = new int[reals.length];
        int free = RING_SIZE;
        Arrays.fill(ring, -1);
        while (true) {
            for (int i = 0; i < reals.length; i++) {
                int offset = Integer.remainderUnsigned(mix(reals[i]), RING_SIZE);
                int skip = Integer.remainderUnsigned(mix(~reals[i]), RING_SIZE - 1) + 1;
                for (int turn = 0; turn < weights[i]; turn++) {
                    int slot;
                    do {
                        slot = (int) ((offset + (long) next[i]++ * skip) % RING_SIZE);
                    } while (ring[slot] >= 0);
                    ring[slot] = reals[i];
                    if (--free == 0) {
                        return ring;
                    }
                }
            }
        }
    }

    /** The finalizer of MurmurHash3: every bit of the index bears on every bit of the result. */
    static int mix(int value) {
        value ^= value >>> 16;
        value *= 0x85ebca6b;
        value ^= value >>> 13;
        value *= 0xc2b2ae35;
        return value ^ value >>> 16;
    }
}
