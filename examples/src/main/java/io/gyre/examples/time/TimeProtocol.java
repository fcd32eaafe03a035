package io.gyre.examples.time;

import java.nio.ByteBuffer;
import java.time.Instant;

/**
 * The packets of RFC 868: an empty packet asks, and a packet of four bytes answers with the seconds since 1900. Until
 * 2036.
 */
final class TimeProtocol {
    static final int ANSWER_BYTES = 4;

    private static final long SECONDS_FROM_1900_TO_1970 = 2_208_988_800L;

    private TimeProtocol() {}

    static ByteBuffer question() {
        return ByteBuffer.allocate(0);
    }

    static ByteBuffer answer(Instant now) {
        return ByteBuffer.allocate(ANSWER_BYTES)
                .putInt((int) (now.getEpochSecond() + SECONDS_FROM_1900_TO_1970))
                .flip();
    }

    static Instant read(ByteBuffer answer) {
        return Instant.ofEpochSecond(Integer.toUnsignedLong(answer.getInt()) - SECONDS_FROM_1900_TO_1970);
    }
}
