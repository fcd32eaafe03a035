package io.gyre.examples.http;

import java.util.Arrays;
import java.util.Random;

/** Changes bytes at random, the same way for the same seed. */
final class Mangler {
    private static final int MAX_CHANGES = 4;
    private static final int MAX_GARBAGE = 300;

    private final Random random;

    Mangler(long seed) {
        random = new Random(seed);
    }

    /** {@return whether something happens that happens once in so many times} */
    boolean onceIn(int times) {
        return random.nextInt(times) == 0;
    }

    /** {@return the bytes with up to four changes; now and then none} */
    byte[] mangle(byte[] bytes) {
        byte[] mangled = bytes;
        for (int i = random.nextInt(MAX_CHANGES + 1); i > 0; i--) {
            mangled = change(mangled);
        }
        return mangled;
    }

    private byte[] change(byte[] bytes) {
        int from = random.nextInt(bytes.length + 1);
        int to = from + random.nextInt(bytes.length - from + 1);
        byte[] before = Arrays.copyOf(bytes, from);
        byte[] middle = Arrays.copyOfRange(bytes, from, to);
        byte[] after = Arrays.copyOfRange(bytes, to, bytes.length);
        return switch (random.nextInt(5)) {
            case 0 -> flipABit(bytes);
            case 1 -> join(before, after);
            case 2 -> join(before, middle, middle, after);
            case 3 -> join(before, garbage(), middle, after);
            default -> join(middle, before, after);
        };
    }

    private byte[] flipABit(byte[] bytes) {
        byte[] flipped = bytes.clone();
        if (flipped.length > 0) {
            flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return flipped;
    }

    private byte[] garbage() {
        byte[] garbage = new byte[1 + random.nextInt(MAX_GARBAGE)];
        random.nextBytes(garbage);
        return garbage;
    }

    static byte[] join(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        byte[] joined = new byte[length];
        int position = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, joined, position, part.length);
            position += part.length;
        }
        return joined;
    }
}
