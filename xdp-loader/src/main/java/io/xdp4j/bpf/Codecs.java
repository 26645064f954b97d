package io.xdp4j.bpf;

import java.nio.ByteOrder;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** Codecs for the usual keys and values. */
public final class Codecs {

    /** One byte. */
    public static final Codec<Byte> U8 = new Codec<>() {
        @Override
        public int length() {
            return 1;
        }

        @Override
        public void encode(final Byte value, final MutableDirectBuffer buffer, final int offset) {
            buffer.putByte(offset, value);
        }

        @Override
        public Byte decode(final DirectBuffer buffer, final int offset) {
            return buffer.getByte(offset);
        }
    };

    /** A {@code __u16} in the machine's byte order. */
    public static final Codec<Short> U16 = new Codec<>() {
        @Override
        public int length() {
            return 2;
        }

        @Override
        public void encode(final Short value, final MutableDirectBuffer buffer, final int offset) {
            buffer.putShort(offset, value, ByteOrder.LITTLE_ENDIAN);
        }

        @Override
        public Short decode(final DirectBuffer buffer, final int offset) {
            return buffer.getShort(offset, ByteOrder.LITTLE_ENDIAN);
        }
    };

    /** A {@code __u32} in the machine's byte order. */
    public static final Codec<Integer> U32 = new Codec<>() {
        @Override
        public int length() {
            return 4;
        }

        @Override
        public void encode(final Integer value, final MutableDirectBuffer buffer, final int offset) {
            buffer.putInt(offset, value, ByteOrder.LITTLE_ENDIAN);
        }

        @Override
        public Integer decode(final DirectBuffer buffer, final int offset) {
            return buffer.getInt(offset, ByteOrder.LITTLE_ENDIAN);
        }
    };

    /** A {@code __u64} in the machine's byte order. */
    public static final Codec<Long> U64 = new Codec<>() {
        @Override
        public int length() {
            return 8;
        }

        @Override
        public void encode(final Long value, final MutableDirectBuffer buffer, final int offset) {
            buffer.putLong(offset, value, ByteOrder.LITTLE_ENDIAN);
        }

        @Override
        public Long decode(final DirectBuffer buffer, final int offset) {
            return buffer.getLong(offset, ByteOrder.LITTLE_ENDIAN);
        }
    };

    private Codecs() {}

    /** Bytes as they are. */
    public static Codec<byte[]> bytes(final int length) {
        return new Codec<>() {
            @Override
            public int length() {
                return length;
            }

            @Override
            public void encode(final byte[] value, final MutableDirectBuffer buffer, final int offset) {
                if (value.length != length) {
                    throw new IllegalArgumentException(
                            "wrong number of bytes: length=" + value.length + ", expected=" + length);
                }
                buffer.putBytes(offset, value);
            }

            @Override
            public byte[] decode(final DirectBuffer buffer, final int offset) {
                final byte[] value = new byte[length];
                buffer.getBytes(offset, value);
                return value;
            }
        };
    }

    /** A per-CPU value of a {@code __u64}: one number a CPU. */
    public static Codec<long[]> perCpuU64(final int cpus) {
        return new Codec<>() {
            @Override
            public int length() {
                return cpus * 8;
            }

            @Override
            public void encode(final long[] value, final MutableDirectBuffer buffer, final int offset) {
                if (value.length != cpus) {
                    throw new IllegalArgumentException(
                            "wrong number of per-CPU values: length=" + value.length + ", cpus=" + cpus);
                }
                for (int cpu = 0; cpu < cpus; cpu++) {
                    buffer.putLong(offset + cpu * 8, value[cpu], ByteOrder.LITTLE_ENDIAN);
                }
            }

            @Override
            public long[] decode(final DirectBuffer buffer, final int offset) {
                final long[] value = new long[cpus];
                Arrays.setAll(value, cpu -> buffer.getLong(offset + cpu * 8, ByteOrder.LITTLE_ENDIAN));
                return value;
            }
        };
    }
}
