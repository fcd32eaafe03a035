package io.gyre.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.gyre.net.ByteStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** The other end of a line protocol. */
public final class Talk {
    /** Any free port, of this machine alone. */
    public static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private static final int MAX_BYTES = 1 << 20;

    private Talk() {}

    /** Sends lines, all at once. */
    public static void say(ByteStream to, String... lines) throws IOException {
        to.write((String.join("\n", lines) + "\n").getBytes(UTF_8));
    }

    /** {@return the next line, or "(end)"} */
    public static String hear(ByteStream from) throws IOException {
        return from.readLine(MAX_BYTES).orElse("(end)");
    }

    /** Sends a line and returns the next one that comes. */
    public static String ask(ByteStream whom, String line) throws IOException {
        say(whom, line);
        return hear(whom);
    }

    /** {@return everything up to the end} */
    public static String hearAll(ByteStream from) throws IOException {
        return new String(from.readAll(MAX_BYTES), UTF_8);
    }
}
