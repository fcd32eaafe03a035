package io.gyre.net.tls;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Recognises a peer that does not speak TLS by its first bytes, to say what it speaks instead. */
final class FirstBytes {
    private static final int RECORD_HEADER_BYTES = 5;
    private static final byte ALERT = 21;
    private static final byte HANDSHAKE = 22;

    /** Enough for the first line of most protocols. */
    private static final int SHOWN_BYTES = 60;

    private final boolean client;
    private boolean seen;

    FirstBytes(boolean client) {
        this.client = client;
    }

    /** Throws unless the bytes may be the beginning of TLS. */
    void require(ByteBuffer bytes, TlsFailures failures) throws TlsException {
        if (seen || bytes.remaining() < RECORD_HEADER_BYTES) {
            return;
        }
        seen = true;
        byte type = bytes.get(bytes.position());
        byte major = bytes.get(bytes.position() + 1);
        boolean record = (type == HANDSHAKE || type == ALERT) && major == 3;
        boolean oldHello = !client && type < 0 && bytes.get(bytes.position() + 2) == 1;
        if (!record && !oldHello) {
            byte[] first = new byte[Math.min(SHOWN_BYTES, bytes.remaining())];
            bytes.get(bytes.position(), first);
            throw failures.notTls(new String(first, StandardCharsets.ISO_8859_1));
        }
    }
}
