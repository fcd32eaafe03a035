package io.gyre.examples.time;

import static io.gyre.loop.Async.moveOnAfter;

import io.gyre.net.Packet;
import io.gyre.net.UdpSocket;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Asks a time server (RFC 868).
 *
 * <p>What this example shows: packets get lost, so the client repeats a request without an answer; {@code moveOnAfter}
 * is a time-out that is not an error. And anybody may send a packet: the client ignores packets that are not an answer
 * of the server, and does not extend the time for them.
 */
public final class TimeClient {
    private TimeClient() {}

    /**
     * Asks for the time. Suspends.
     *
     * @param server its address
     * @param patience how long to wait for an answer before asking again
     * @param attempts the largest number of requests
     * @return the time, in whole seconds
     * @throws SocketTimeoutException if no answer has come
     * @throws IOException if the system refuses to send the question
     */
    public static Instant ask(InetSocketAddress server, Duration patience, int attempts) throws IOException {
        try (UdpSocket socket = UdpSocket.bind(anyPortToReach(server))) {
            for (int i = 0; i < attempts; i++) {
                socket.send(TimeProtocol.question(), server);
                Optional<Instant> answer = moveOnAfter(patience, () -> awaitAnswer(socket, server));
                if (answer.isPresent()) {
                    return answer.get();
                }
            }
        }
        throw new SocketTimeoutException("no answer from " + text(server) + " to " + attempts + " questions");
    }

    /** {@return host and port; an IPv6 address has colons of its own, and stands in brackets} */
    private static String text(InetSocketAddress server) {
        String host = server.getHostString();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + server.getPort();
    }

    /** A socket for IPv4 cannot reach an IPv6 address. */
    private static InetSocketAddress anyPortToReach(InetSocketAddress server) {
        return new InetSocketAddress(
                InetAddress.ofLiteral(server.getAddress() instanceof Inet6Address ? "::" : "0.0.0.0"), 0);
    }

    private static Instant awaitAnswer(UdpSocket socket, InetSocketAddress server) throws IOException {
        Packet packet = socket.receive();
        while (!packet.sender().equals(server) || packet.bytes().remaining() != TimeProtocol.ANSWER_BYTES) {
            packet = socket.receive();
        }
        return TimeProtocol.read(packet.bytes());
    }
}
