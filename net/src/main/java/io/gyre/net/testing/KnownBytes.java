package io.gyre.net.testing;

/** Bytes determined by their position: any lost, repeated or reordered byte is detected. */
final class KnownBytes {
    /** 2^64 divided by the golden ratio: neighbours differ, and no short period appears. */
    private static final long STEP = 0x9E3779B97F4A7C15L;

    private KnownBytes() {}

    static byte at(long place) {
        return (byte) ((place * STEP) >>> 56);
    }

    /** {@return the first bytes} */
    static byte[] of(int length) {
        return range(0, length);
    }

    static byte[] range(long from, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = at(from + i);
        }
        return bytes;
    }
}
