package io.xdp4j.dataplane.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.bpf.BpfObject;
import io.xdp4j.bpf.MapSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ValueTextTest {

    private final Map<String, MapSpec> balancer = maps("load-balancer/load-balancer.bpf.o");
    private final Map<String, MapSpec> firewall = maps("firewall/firewall.bpf.o");

    @Test
    void readsAPrefix() {
        assertThat(key(map(firewall, "blocked"), "10.1.0.0/16")).isEqualTo("100000000a010000");
        assertThat(key(map(firewall, "blocked"), "10.1.2.3")).isEqualTo("200000000a010203");
        assertThat(key(map(firewall, "blocked6"), "2001:db8::/32"))
                .isEqualTo("20000000" + "20010db8000000000000000000000000");
    }

    @Test
    void refusesAPrefixThatIsNone() {
        refused(map(firewall, "blocked"), "10.1.0.0/33", "prefix length out of range: 10.1.0.0/33 (0 to 32)");
        refused(map(firewall, "blocked"), "10.1.0.0/8", "prefix has bits set past its length: 10.1.0.0/8");
        refused(map(firewall, "blocked"), "10.1.0/8", "not an IPv4 address: 10.1.0");
        refused(map(firewall, "blocked"), "10.1.0.300/32", "not an IPv4 address: 10.1.0.300");
        refused(map(firewall, "blocked6"), "example.org/32", "not an IPv6 address: example.org");
    }

    @Test
    void readsAStructFieldByField() {
        assertThat(key(map(firewall, "ports"), "{6,23}")).isEqualTo("06000017");
        assertThat(key(map(firewall, "ports"), "{0x11, 53}")).isEqualTo("11000035");
    }

    @Test
    void readsAddressesWithinStructs() {
        final String text = key(map(balancer, "vips"), "{::ffff:192.0.2.10,80,6}");
        assertThat(text).startsWith("00000000000000000000ffffc000020a" + "0050");
    }

    @Test
    void readsBytesAsTheyLie() {
        assertThat(key(map(firewall, "ports"), "hex:06 00 00 17")).isEqualTo("06000017");
        refused(map(firewall, "ports"), "hex:0600", "wrong number of bytes: hex:0600, given=2, wanted=4");
        refused(map(firewall, "ports"), "hex:0g", "not hexadecimal bytes: hex:0g");
    }

    @Test
    void refusesWhatDoesNotFitTheType() {
        refused(map(firewall, "ports"), "{6,65536}", "number does not fit: 65536, size=2 bytes");
        refused(map(firewall, "ports"), "{6,-1,3}", "too many fields");
        refused(map(firewall, "ports"), "7", "struct wanted");
        refused(map(firewall, "ports"), "{x,1}", "not a number: x");
        refused(map(firewall, "ports"), "{".repeat(40) + "}".repeat(40), "not a number");
    }

    @Test
    void printsWhatItReads() {
        roundTrip(map(firewall, "blocked"), "10.0.0.0/8");
        roundTrip(map(firewall, "blocked6"), "2001:db8::/32");
        roundTrip(map(firewall, "blocked6"), "::/0");
        roundTrip(map(firewall, "ports"), "{6,23}");
    }

    private static void roundTrip(final MapSpec map, final String text) {
        final byte[] bytes = HexFormat.of().parseHex(key(map, text));
        assertThat(ValuePrinter.forKey(map).print(bytes, map.keyType())).isEqualTo(text);
    }

    private static String key(final MapSpec map, final String text) {
        return HexFormat.of().formatHex(ValueParser.forKey(map).parse(text, map.keyType(), map.keySize()));
    }

    private static void refused(final MapSpec map, final String text, final String message) {
        assertThatThrownBy(() -> key(map, text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    private static Map<String, MapSpec> maps(final String example) {
        try {
            return BpfObject.parse(Path.of(CommandRun.example(example))).maps();
        } catch (final IOException missing) {
            throw new java.io.UncheckedIOException(missing);
        }
    }

    private static MapSpec map(final Map<String, MapSpec> maps, final String name) {
        return java.util.Objects.requireNonNull(maps.get(name), name);
    }
}
