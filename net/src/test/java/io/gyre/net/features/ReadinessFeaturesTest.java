package io.gyre.net.features;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.testing.LoopTesting.assertDoesNotSuspend;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static io.gyre.net.UdpPair.bytes;
import static io.gyre.net.UdpPair.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest;
import io.gyre.net.Feature;
import io.gyre.net.RawSockets;
import io.gyre.net.TcpPair;
import io.gyre.net.TcpStream;
import io.gyre.net.UnixStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

class ReadinessFeaturesTest {
    /** A pipe and a Unix socket are ready as soon as something is written: no network is in between. */
    private final Pipe pipe = Pipe.open();

    private final SocketChannel left = SocketChannel.open(StandardProtocolFamily.UNIX);
    private final SocketChannel right;
    private final Path directory;
    private final List<String> log = new ArrayList<>();

    ReadinessFeaturesTest(@TempDir Path directory) throws IOException {
        this.directory = directory;
        pipe.source().configureBlocking(false);
        pipe.sink().configureBlocking(false);
        var address = UnixDomainSocketAddress.of(directory.resolve("socket"));
        try (var listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listening.bind(address);
            left.connect(address);
            right = listening.accept();
        }
        left.configureBlocking(false);
        right.configureBlocking(false);
    }

    @AfterEach
    void close() throws IOException {
        pipe.source().close();
        pipe.sink().close();
        left.close();
        right.close();
    }

    private void readByte() {
        try {
            ByteBuffer one = ByteBuffer.allocate(1);
            pipe.source().read(one);
            log.add("read " + text(one.flip()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void fillPipe() throws IOException {
        while (pipe.sink().write(ByteBuffer.allocate(4096)) > 0) {
            // until it takes no more
        }
    }

    private static void tick() {
        yieldNow();
        yieldNow();
    }

    @LoopTest
    @Feature("Readiness callbacks")
    void callbacksAreCalledWhileAChannelIsReadyUntilTheyAreRemoved() throws IOException {
        LowLevel.addReader(pipe.source(), this::readByte);
        tick();
        assertThat(log).isEmpty();
        pipe.sink().write(bytes("ab"));
        tick();
        tick();
        assertThat(log).containsExactly("read a", "read b");

        assertThat(LowLevel.removeReader(pipe.source())).isTrue();
        assertThat(LowLevel.removeReader(pipe.source())).isFalse();
        pipe.sink().write(bytes("c"));
        tick();
        assertThat(log).hasSize(2);

        LowLevel.addWriter(left, () -> {
            log.add("writable");
            LowLevel.removeWriter(left);
        });
        tick();
        tick();
        assertThat(log).containsExactly("read a", "read b", "writable");
    }

    @LoopTest
    @Feature("Readiness waits, for any channel of the JDK")
    void taskWaitsUntilAChannelOfAnyKindIsReadableOrWritable() throws IOException {
        Task<?> reader = createTask(() -> LowLevel.awaitReadable(pipe.source()));
        awaitAllTasksParked();
        assertThat(reader.waitsFor()).startsWith("readable ");
        fillPipe();
        reader.await();

        Task<?> writer = createTask(() -> LowLevel.awaitWritable(pipe.sink()));
        awaitAllTasksParked();
        assertThat(writer.isDone()).isFalse();
        while (pipe.source().read(ByteBuffer.allocate(64 * 1024)) > 0) {
            // until it is empty
        }
        writer.await();
    }

    @LoopTest
    @Feature("Close notification of waiting tasks")
    void whoWaitsForAChannelIsToldThatItIsClosed() throws IOException {
        fillPipe();
        Task<?> reader = createTask(() -> assertThatExceptionOfType(AsynchronousCloseException.class)
                .isThrownBy(() -> LowLevel.awaitReadable(left)));
        Task<?> writer = createTask(() -> assertThatExceptionOfType(AsynchronousCloseException.class)
                .isThrownBy(() -> LowLevel.awaitWritable(pipe.sink())));
        awaitAllTasksParked();

        LowLevel.close(left);
        LowLevel.close(pipe.sink());

        reader.await();
        writer.await();
        assertThatExceptionOfType(ClosedChannelException.class).isThrownBy(() -> LowLevel.awaitReadable(left));
    }

    @LoopTest
    @Feature("Raw socket calls")
    void callsOfChannelsWaitInTheTask() throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(100);
        try (ServerSocketChannel listening = ServerSocketChannel.open().bind(TcpPair.loopback());
                SocketChannel client = SocketChannel.open();
                FileChannel file = FileChannel.open(Files.writeString(directory.resolve("file"), "0123456789"))) {
            listening.configureBlocking(false);
            client.configureBlocking(false);
            Task<SocketChannel> accepting = createTask(() -> RawSockets.accept(listening));
            awaitAllTasksParked();
            RawSockets.connect(client, listening.getLocalAddress());
            try (SocketChannel server = accepting.await()) {
                Task<Integer> receiving = createTask(() -> RawSockets.receive(server, buffer));
                awaitAllTasksParked();
                RawSockets.sendAll(client, bytes("hello"));
                assertThat(receiving.await()).isEqualTo(5);
                assertThat(text(buffer.flip())).isEqualTo("hello");

                RawSockets.sendFile(client, file, 2, 5);
                assertThat(RawSockets.receive(server, buffer.clear())).isEqualTo(5);
                assertThat(text(buffer.flip())).isEqualTo("23456");
            }
        }
        try (DatagramChannel a = DatagramChannel.open().bind(TcpPair.loopback());
                DatagramChannel b = DatagramChannel.open().bind(TcpPair.loopback())) {
            a.configureBlocking(false);
            b.configureBlocking(false);
            Task<?> receiving = createTask(() -> RawSockets.receiveFrom(b, buffer.clear()));
            awaitAllTasksParked();
            RawSockets.sendTo(a, bytes("packet"), b.getLocalAddress());
            assertThat(receiving.await()).isEqualTo(a.getLocalAddress());
            assertThat(text(buffer.flip())).isEqualTo("packet");
        }
    }

    @LoopTest
    @Feature("Try before wait (speculative I/O)")
    void operationIsTriedBeforeItIsWaitedForAndLetsOthersRunNowAndThen(EventLoop loop) throws IOException {
        ByteBuffer one = ByteBuffer.allocate(1);
        left.write(ByteBuffer.allocate(1001));
        assertThat(assertDoesNotSuspend(() -> RawSockets.receive(right, one))).isEqualTo(1);

        int[] turns = {0};
        Task<?> other = createTask(() -> {
            for (; ; ) {
                turns[0]++;
                yieldNow();
            }
        });
        for (int i = 0; i < 1000; i++) {
            assertThat(RawSockets.receive(right, one.clear())).isEqualTo(1);
        }
        assertThat(turns[0]).as("turns of another task").isBetween(1000 / 128, 20);
        assertThat(loop.statistics().channels())
                .as("channels that were waited for")
                .isZero();
        other.cancelAndJoin("test");

        Task<?> waiting = createTask(() -> RawSockets.receive(right, one.clear()));
        awaitAllTasksParked();
        assertThat(loop.statistics().channels()).isEqualTo(1);
        left.write(bytes("x"));
        waiting.await();
    }

    @LoopTest
    @Feature("Sticky interest: no system call to wait again")
    void interestStaysRegisteredBetweenOperationsUntilAnEventComesThatNobodyWants() throws IOException {
        var before = new HashSet<>(ProcFiles.sockets().values());
        try (DatagramChannel channel = DatagramChannel.open().bind(TcpPair.loopback())) {
            var opened = new HashSet<>(ProcFiles.sockets().values());
            opened.removeAll(before);
            long socket = opened.iterator().next();
            channel.configureBlocking(false);
            ByteBuffer buffer = ByteBuffer.allocate(10);

            for (int i = 0; i < 3; i++) {
                Task<?> receiving = createTask(() -> RawSockets.receiveFrom(channel, buffer.clear()));
                awaitAllTasksParked();
                RawSockets.sendTo(channel, bytes("wanted"), channel.getLocalAddress());
                receiving.await();
                tick();
                assertThat(ProcFiles.isWatchedForReading(socket))
                        .as("nobody waits, and the selector still watches")
                        .isTrue();
            }

            RawSockets.sendTo(channel, bytes("unwanted"), channel.getLocalAddress());
            while (ProcFiles.isWatchedForReading(socket)) {
                tick();
            }
            LowLevel.close(channel);
        }
    }

    @LoopTest
    @Feature("Streams from connected sockets")
    void streamIsMadeOfASocketThatIsConnectedAlready() throws IOException {
        try (ServerSocketChannel listening = ServerSocketChannel.open().bind(TcpPair.loopback());
                TcpStream connected = TcpStream.of(SocketChannel.open(listening.getLocalAddress()));
                TcpStream accepted = TcpStream.of(listening.accept())) {
            connected.write(bytes("hello\n"));
            assertThat(accepted.readLine(100)).contains("hello");
            assertThat(accepted.peer()).isEqualTo(connected.local());
        }
        try (UnixStream one = UnixStream.of(left);
                UnixStream other = UnixStream.of(right)) {
            other.write(bytes("hello\n"));
            assertThat(one.readLine(100)).contains("hello");
        }
    }
}
