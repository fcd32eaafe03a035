package io.gyre.examples.time;

import io.gyre.net.Packet;
import io.gyre.net.UdpSocket;
import java.io.IOException;
import java.time.InstantSource;

/**
 * Answers requests for the time (RFC 868).
 *
 * <p>What this example shows: a UDP server is a loop over the packets of a socket in one task, because there are no
 * connections. It answers only requests, which are empty: one packet with a forged sender could make two servers that
 * answer every packet answer each other forever.
 */
public final class TimeServer {
    private TimeServer() {}

    /**
     * Answers requests. Suspends until the socket is closed.
     *
     * @param socket the socket that receives the requests
     * @param clock the time
     * @throws IOException if the system refuses to send an answer
     */
    public static void serve(UdpSocket socket, InstantSource clock) throws IOException {
        for (Packet packet : socket) {
            if (!packet.bytes().hasRemaining()) {
                socket.send(TimeProtocol.answer(clock.instant()), packet.sender());
            }
        }
    }
}
