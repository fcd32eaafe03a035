package io.gyre.examples.time;

import io.gyre.net.Packet;
import io.gyre.net.UdpSocket;
import java.io.IOException;
import java.time.InstantSource;

/**
 * Tells the time to whoever asks (RFC 868).
 *
 * <p>What to learn here: a UDP server is a loop over the packets of a socket, in one task, for there are no connections. And it
 * answers questions only, which are empty: two servers that answered every packet could be made to answer each other for ever,
 * by one packet with a forged sender.
 */
public final class TimeServer {
    private TimeServer() {}

    /**
     * Answers questions. Suspends until the socket is closed.
     *
     * @param socket where the questions arrive
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
