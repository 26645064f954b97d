package io.xdp4j.dataplane.cli;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/** The interfaces that a program can ask the MTU of: those that the command line names. */
final class Mtus {

    /** What an Ethernet interface has unless told otherwise. */
    private static final int ETHERNET = 1500;

    private Mtus() {}

    /** MTU by interface index, 0 for one that is not there; {@code own} is there anyway. */
    static IntUnaryOperator parse(final List<String> given, final int own) {
        final Map<Integer, Integer> mtus = new HashMap<>();
        mtus.put(own, ETHERNET);
        for (final String text : given) {
            final int equals = text.indexOf('=');
            mtus.put(number(text, 0, Math.max(0, equals)), number(text, equals + 1, text.length()));
        }
        return ifindex -> mtus.getOrDefault(ifindex, 0);
    }

    private static int number(final String text, final int from, final int to) {
        try {
            final int number = Integer.parseInt(text.substring(from, to).strip());
            if (number >= 1) {
                return number;
            }
        } catch (final NumberFormatException notANumber) {
            throw bad(text, notANumber);
        }
        throw bad(text, null);
    }

    private static IllegalArgumentException bad(final String text, final @Nullable Exception cause) {
        return new IllegalArgumentException(
                "--mtu must be IFINDEX=BYTES, both 1 or more: --mtu " + Tokens.shorten(text), cause);
    }
}
