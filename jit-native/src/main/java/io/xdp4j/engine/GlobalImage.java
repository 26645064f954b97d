package io.xdp4j.engine;

import io.xdp4j.bpf.BpfObject;
import io.xdp4j.bpf.MapSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/** What a section of global variables holds before the first program runs. */
final class GlobalImage {

    /** What {@code LINUX_KERNEL_VERSION} reads as: the kernel whose semantics this engine has, 6.18.0. */
    private static final long KERNEL_VERSION = 6 << 16 | 18 << 8;

    private GlobalImage() {}

    /**
     * The section's bytes.
     *
     * @param kconfig values for kernel configuration variables, by name; what is not named is 0, as in a kernel without
     *     that option
     */
    static byte[] of(final MapSpec section, final BpfObject object, final Map<String, Long> kconfig) {
        final byte[] image = new byte[section.valueSize()];
        for (final MapSpec.Entry entry : section.contents()) {
            if (entry instanceof final MapSpec.Entry.Bytes bytes) {
                System.arraycopy(bytes.value(), 0, image, 0, bytes.value().length);
            }
        }
        if (section.global() == MapSpec.Global.KCONFIG) {
            object.variables().values().stream()
                    .filter(variable -> variable.map().equals(section.name()))
                    .forEach(variable -> putNumber(image, variable, configured(variable.name(), kconfig)));
        }
        return image;
    }

    private static long configured(final String name, final Map<String, Long> kconfig) {
        return kconfig.getOrDefault(name, name.equals("LINUX_KERNEL_VERSION") ? KERNEL_VERSION : 0L);
    }

    private static void putNumber(final byte[] image, final BpfObject.Variable variable, final long value) {
        final byte[] bytes = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
        System.arraycopy(bytes, 0, image, variable.offset(), Math.min(variable.size(), Long.BYTES));
    }
}
