package io.gyre.net.tls;

import java.nio.ByteBuffer;

/** The first messages of a server, which tell whether it resumes a session. */
final class ServerFlight {
    /*
     * Design.
     *
     * No engine says whether a session is resumed, and what can be asked is not reliable: the JDK's engine knows when a
     * session began, by a clock that may be set; OpenSSL's knows it in whole seconds; both make new ids. But both ends see
     * the server's first messages before it encrypts, and there the protocol is clear:
     *
     *     TLS 1.3    the ServerHello has the extension pre_shared_key, or has not (RFC 8446, 4.2.11)
     *     TLS 1.2    the server goes on with its certificate, keys and ServerHelloDone, or changes the cipher at
     *                once, perhaps behind a new ticket (RFC 5246, 7.3; RFC 5077, 3.1)
     *
     * A HelloRetryRequest has the form of a ServerHello, and decides nothing. Messages begin and end anywhere in records,
     * and records anywhere in what is seen: so it is byte by byte, until they decide.
     */
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private static final int CHANGE_CIPHER_SPEC = 20;
    private static final int HANDSHAKE = 22;

    private static final int SERVER_HELLO = 2;
    private static final int NEW_SESSION_TICKET = 4;

    /** Behind the version. */
    private static final int RANDOM_OFFSET = 2;

    private static final int SESSION_ID_OFFSET = RANDOM_OFFSET + 32;

    /** Between them are the suite, the compression and the length of all extensions. */
    private static final int EXTENSIONS_AFTER_SESSION_ID = 2 + 1 + 2;

    private static final int EXTENSION_HEADER_BYTES = 4;
    private static final int PRE_SHARED_KEY = 41;
    private static final int SUPPORTED_VERSIONS = 43;

    /** The random of a HelloRetryRequest begins so (RFC 8446, 4.1.3); another does not by chance. */
    private static final long RETRY = 0xCF21AD74E59A6111L;

    /** The length of its extensions has two bytes. */
    private static final int MAX_HELLO_BYTES = 1 << 16;

    /** What the bytes say. */
    private enum Verdict {
        UNDECIDED,
        NEW,
        RESUMED
    }

    private final ByteBuffer recordHeader = ByteBuffer.allocate(5);
    private final ByteBuffer messageHeader = ByteBuffer.allocate(4);

    /** What is left of the record, and of the message in it. */
    private int recordRemaining;

    private int messageRemaining;
    private boolean ofHandshake;

    /** Empty while another message passes. */
    private ByteBuffer hello = NOTHING;

    private boolean hasOldHello;
    private Verdict verdict = Verdict.UNDECIDED;

    /** {@return whether the server resumes a session; false before that is decided} */
    boolean resumes() {
        return verdict == Verdict.RESUMED;
    }

    /** Looks at bytes that the server has sent, and leaves them as they are. */
    void see(ByteBuffer bytes) {
        for (int i = bytes.position(); i < bytes.limit() && verdict == Verdict.UNDECIDED; i++) {
            byte next = bytes.get(i);
            if (recordRemaining == 0) {
                seeHeader(next);
            } else {
                recordRemaining--;
                if (ofHandshake) {
                    seeMessage(next);
                }
            }
        }
    }

    private void seeHeader(byte next) {
        if (!recordHeader.put(next).hasRemaining()) {
            recordHeader.flip();
            int type = recordHeader.get();
            recordHeader.getShort();
            recordRemaining = recordHeader.getShort() & 0xffff;
            recordHeader.clear();
            ofHandshake = type == HANDSHAKE;
            if (type == CHANGE_CIPHER_SPEC && hasOldHello) {
                verdict = Verdict.RESUMED;
            }
        }
    }

    private void seeMessage(byte next) {
        if (messageRemaining > 0) {
            messageRemaining--;
            if (hello.hasRemaining() && !hello.put(next).hasRemaining()) {
                seeHello(hello.flip());
                hello = NOTHING;
            }
        } else if (!messageHeader.put(next).hasRemaining()) {
            int header = messageHeader.getInt(0);
            messageHeader.clear();
            messageRemaining = header & 0xffffff;
            seeMessage(header >>> 24);
        }
    }

    private void seeMessage(int type) {
        if (hasOldHello && type != NEW_SESSION_TICKET) {
            verdict = Verdict.NEW;
        } else if (type == SERVER_HELLO) {
            hello = ByteBuffer.allocate(Math.min(messageRemaining, MAX_HELLO_BYTES));
        }
    }

    private void seeHello(ByteBuffer whole) {
        if (whole.limit() <= SESSION_ID_OFFSET || whole.getLong(RANDOM_OFFSET) == RETRY) {
            return;
        }
        if (!hasExtension(whole, SUPPORTED_VERSIONS)) { // only TLS 1.3 has it
            hasOldHello = true;
        } else {
            verdict = hasExtension(whole, PRE_SHARED_KEY) ? Verdict.RESUMED : Verdict.NEW;
        }
    }

    private static boolean hasExtension(ByteBuffer hello, int wanted) {
        int position = SESSION_ID_OFFSET + 1 + (hello.get(SESSION_ID_OFFSET) & 0xff) + EXTENSIONS_AFTER_SESSION_ID;
        while (position + EXTENSION_HEADER_BYTES <= hello.limit()) {
            if (hello.getShort(position) == wanted) {
                return true;
            }
            position += EXTENSION_HEADER_BYTES + (hello.getShort(position + 2) & 0xffff);
        }
        return false;
    }
}
