package io.gyre.net;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** Two UDP sockets of the loopback interface. */
public record UdpPair(UdpSocket left, UdpSocket right) implements AutoCloseable {
    /** {@return two sockets that are bound} */
    public static UdpPair bound() throws IOException {
        return new UdpPair(UdpSocket.bind(TcpPair.loopback()), UdpSocket.bind(TcpPair.loopback()));
    }

    /** {@return a socket that is connected, and its peer, which is bound} */
    public static UdpPair connected() throws IOException {
        UdpSocket right = UdpSocket.bind(TcpPair.loopback());
        return new UdpPair(UdpSocket.connect(right.local()), right);
    }

    /** {@return two sockets that are bound; of the left one's packets the system takes nothing for a number of times} */
    public static UdpPair reluctant(int refusals) throws IOException {
        return new UdpPair(new UdpSocket(ReluctantPort.bound(refusals)), UdpSocket.bind(TcpPair.loopback()));
    }

    /** {@return an address at which nobody receives} */
    static InetSocketAddress nobody() throws IOException {
        try (var socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            return (InetSocketAddress) socket.getLocalSocketAddress();
        }
    }

    /** {@return a text in UTF-8} */
    public static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    /** {@return what is left in a buffer, which stays as it is} */
    public static String text(ByteBuffer buffer) {
        return UTF_8.decode(buffer.duplicate()).toString();
    }

    /** Sends from left to right. */
    public void sendRight(String text) throws IOException {
        if (left.peer() != null) {
            left.send(bytes(text));
        } else {
            left.send(bytes(text), right.local());
        }
    }

    @Override
    public void close() throws IOException {
        left.close();
        right.close();
    }
}
