package io.gyre.net;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.Future.State;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

class RawSocketsTest {
    private final ServerSocketChannel listening = ServerSocketChannel.open();
    private final SocketChannel client = SocketChannel.open();

    RawSocketsTest() throws IOException {
        listening.configureBlocking(false);
        listening.bind(TcpPair.loopback());
        client.configureBlocking(false);
    }

    @AfterEach
    void close() throws IOException {
        listening.close();
        client.close();
    }

    private SocketChannel connect() throws IOException {
        RawSockets.connect(client, listening.getLocalAddress());
        return RawSockets.accept(listening);
    }

    private static ByteBuffer ascii(String text) {
        return ByteBuffer.wrap(text.getBytes(US_ASCII));
    }

    @LoopTest
    void bytesGoBothWays() throws IOException {
        try (SocketChannel server = connect()) {
            Task<Integer> receiving = createTask(() -> RawSockets.receive(server, ByteBuffer.allocate(10)));
            awaitAllTasksParked();

            RawSockets.sendAll(client, ascii("hello"));

            assertThat(receiving.await()).isEqualTo(5);
            RawSockets.sendAll(server, ascii("world"));
            ByteBuffer reply = ByteBuffer.allocate(10);
            assertThat(RawSockets.receive(client, reply)).isEqualTo(5);
            assertThat(US_ASCII.decode(reply.flip()).toString()).isEqualTo("world");
            assertThat(RawSockets.receive(client, ByteBuffer.allocate(0))).isZero();
            LowLevel.close(server);
            assertThat(RawSockets.receive(client, reply.clear())).isNegative();
        }
    }

    @LoopTest
    void sendingSuspendsWhileThePeerDoesNotRead() throws IOException {
        try (SocketChannel server = connect()) {
            ByteBuffer much = ByteBuffer.allocate(64 << 20);
            Task<?> sending = createTask(() -> RawSockets.sendAll(client, much));
            awaitAllTasksParked();
            assertThat(much.hasRemaining()).isTrue();

            long received = 0;
            ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
            while (received < much.capacity()) {
                received += RawSockets.receive(server, buffer.clear());
            }

            sending.await();
            assertThat(much.hasRemaining()).isFalse();
            LowLevel.close(server);
        }
    }

    @LoopTest
    void acceptWaitsForAConnectionAndACancellationAcceptsNothing() throws IOException {
        Task<?> cancelled = createTask(() -> RawSockets.accept(listening));
        awaitAllTasksParked();
        cancelled.cancelAndJoin("test");
        assertThat(cancelled.state()).isEqualTo(State.CANCELLED);
        Task<SocketChannel> accepting = createTask(() -> RawSockets.accept(listening));
        awaitAllTasksParked();

        RawSockets.connect(client, listening.getLocalAddress());

        SocketChannel server = accepting.await();
        assertThat(server.isBlocking()).isFalse();
        server.close();
    }

    @LoopTest
    void connectToNobodyFails() throws IOException {
        var nobody = listening.getLocalAddress();
        listening.close();

        assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> RawSockets.connect(client, nobody));
    }

    @LoopTest
    void cancelledReceiveHasTakenNothing() throws IOException {
        try (SocketChannel server = connect()) {
            Task<?> receiving = createTask(() -> RawSockets.receive(server, ByteBuffer.allocate(10)));
            awaitAllTasksParked();
            receiving.cancelAndJoin("test");

            RawSockets.sendAll(client, ascii("hello"));

            assertThat(receiving.state()).isEqualTo(State.CANCELLED);
            assertThat(RawSockets.receive(server, ByteBuffer.allocate(10))).isEqualTo(5);
            LowLevel.close(server);
        }
    }

    @LoopTest
    void closingTellsTheOneWhoWaits() throws IOException {
        try (SocketChannel server = connect()) {
            Task<?> receiving = createTask(() -> {
                assertThatExceptionOfType(AsynchronousCloseException.class)
                        .isThrownBy(() -> RawSockets.receive(server, ByteBuffer.allocate(10)));
            });
            awaitAllTasksParked();

            LowLevel.close(server);

            receiving.await();
        }
    }

    @LoopTest
    void channelInBlockingModeIsRefused() throws IOException {
        try (SocketChannel blocking = SocketChannel.open(listening.getLocalAddress())) {
            assertThatExceptionOfType(IllegalBlockingModeException.class)
                    .isThrownBy(() -> LowLevel.awaitReadable(blocking));
            assertThatExceptionOfType(IllegalBlockingModeException.class)
                    .isThrownBy(() -> RawSockets.receive(blocking, ByteBuffer.allocate(1)))
                    .havingCause()
                    .withMessageStartingWith("a socket channel (connected ");
        }
    }

    @LoopTest
    void packetsGoBothWays() throws IOException {
        try (DatagramChannel a = DatagramChannel.open();
                DatagramChannel b = DatagramChannel.open()) {
            a.bind(TcpPair.loopback()).configureBlocking(false);
            b.bind(TcpPair.loopback()).configureBlocking(false);
            ByteBuffer buffer = ByteBuffer.allocate(10);
            Task<?> receiving = createTask(() -> RawSockets.receiveFrom(b, buffer));
            awaitAllTasksParked();

            RawSockets.sendTo(a, ascii("ping"), b.getLocalAddress());

            assertThat(receiving.await()).isEqualTo(a.getLocalAddress());
            assertThat(US_ASCII.decode(buffer.flip()).toString()).isEqualTo("ping");
            LowLevel.close(a);
            LowLevel.close(b);
        }
    }

    @LoopTest(time = LoopTest.Time.REAL)
    void fileIsSentInPortions(@TempDir Path directory) throws Exception {
        byte[] content = new byte[5 << 20];
        new Random(1).nextBytes(content);
        Path path = Files.write(directory.resolve("file"), content);
        try (SocketChannel server = connect();
                FileChannel file = FileChannel.open(path)) {
            Task<?> sending = createTask(() -> RawSockets.sendFile(client, file, 10, content.length - 10));

            ByteBuffer received = ByteBuffer.allocate(content.length - 10);
            while (received.hasRemaining()) {
                RawSockets.receive(server, received);
            }

            sending.await();
            assertThat(received.array()).isEqualTo(Arrays.copyOfRange(content, 10, content.length));
            assertThatExceptionOfType(EOFException.class)
                    .isThrownBy(() -> RawSockets.sendFile(client, file, content.length - 3, 5))
                    .withMessageContaining("ended after 3 of the 5 bytes");
            LowLevel.close(server);
        }
        assertThat(EventLoop.current().tasks()).hasSize(1);
    }

    @LoopTest
    void targetOfAPacketMustBeGiven() throws IOException {
        try (DatagramChannel channel = DatagramChannel.open()) {
            channel.configureBlocking(false);

            assertThatExceptionOfType(UnresolvedAddressException.class)
                    .isThrownBy(() ->
                            RawSockets.sendTo(channel, ascii("x"), InetSocketAddress.createUnresolved("nowhere", 7)));
        }
    }

    @LoopTest
    void everyCallRefusesAChannelInBlockingMode(@TempDir Path directory) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(1);
        try (SocketChannel blocking = SocketChannel.open(listening.getLocalAddress());
                ServerSocketChannel server = ServerSocketChannel.open().bind(TcpPair.loopback());
                DatagramChannel datagrams = DatagramChannel.open().bind(TcpPair.loopback());
                FileChannel file = FileChannel.open(Files.write(directory.resolve("file"), new byte[1]))) {
            assertRefused(() -> RawSockets.receive(blocking, buffer));
            assertRefused(() -> RawSockets.sendAll(blocking, buffer));
            assertRefused(() -> RawSockets.sendFile(blocking, file, 0, 1));
            assertRefused(() -> RawSockets.connect(blocking, server.getLocalAddress()));
            assertRefused(() -> RawSockets.accept(server));
            assertRefused(() -> RawSockets.receiveFrom(datagrams, buffer));
            assertRefused(() -> RawSockets.sendTo(datagrams, buffer, datagrams.getLocalAddress()));
        }
    }

    private static void assertRefused(ThrowingCallable call) {
        assertThatExceptionOfType(IllegalBlockingModeException.class)
                .isThrownBy(call)
                .havingCause()
                .withMessageContaining("configureBlocking(false)");
    }
}
