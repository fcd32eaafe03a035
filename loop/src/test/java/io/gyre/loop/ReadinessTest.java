package io.gyre.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future.State;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReadinessTest {
    private final HandDrivenLoop driven = new HandDrivenLoop();
    private final EventLoop loop = driven.loop;
    private final List<String> log = new ArrayList<>();
    private final Pipe pipe;

    ReadinessTest() throws IOException {
        pipe = Pipe.open();
    }

    @BeforeEach
    void configure() throws IOException {
        pipe.source().configureBlocking(false);
        pipe.sink().configureBlocking(false);
    }

    @AfterEach
    void close() throws IOException {
        driven.close();
        pipe.source().close();
        pipe.sink().close();
    }

    private void fill() throws IOException {
        pipe.sink().write(ByteBuffer.wrap(new byte[] {1}));
    }

    private void fillUp() throws IOException {
        var bytes = ByteBuffer.allocate(1 << 16);
        while (pipe.sink().write(bytes.clear()) > 0) {
            // until the pipe takes no more
        }
    }

    private void drain() throws IOException {
        var bytes = ByteBuffer.allocate(1 << 16);
        while (pipe.source().read(bytes.clear()) > 0) {
            // until the pipe is empty
        }
    }

    private Task<?> reader(String name) {
        Task<?> task = loop.createTask(name, () -> {
            LowLevel.awaitReadable(pipe.source());
            return log.add(name + " readable");
        });
        driven.settle();
        return task;
    }

    @Test
    void readerSuspendsUntilThereIsSomethingToRead() throws IOException {
        Task<?> task = reader("reader");
        assertThat(task.isDone()).isFalse();
        assertThat(task.waitsFor()).startsWith("readable ");

        fill();
        driven.runUntil(task::isDone);

        assertThat(log).containsExactly("reader readable");
    }

    @Test
    void readerCanWaitAgainAndAgain() throws IOException {
        Task<?> task = loop.createTask(() -> {
            for (int i = 0; i < 5; i++) {
                LowLevel.awaitReadable(pipe.source());
                drain();
                log.add("drained");
            }
            return "";
        });

        for (int round = 1; round <= 5; round++) {
            driven.settle();
            fill();
            int expected = round;
            driven.runUntil(() -> log.size() == expected);
        }

        driven.runUntil(task::isDone);
        assertThat(log).hasSize(5);
    }

    @Test
    void endOfStreamIsReadable() throws IOException {
        Task<?> task = reader("reader");

        pipe.sink().close();
        driven.runUntil(task::isDone);

        assertThat(log).containsExactly("reader readable");
    }

    @Test
    void writerSuspendsUntilTheChannelTakesBytes() throws IOException {
        fillUp();
        Task<?> task = driven.start(() -> LowLevel.awaitWritable(pipe.sink()));
        assertThat(task.isDone()).isFalse();
        assertThat(task.waitsFor()).startsWith("writable ");

        drain();
        driven.runUntil(task::isDone);

        assertThat(task.state()).isEqualTo(java.util.concurrent.Future.State.SUCCESS);
    }

    @Test
    void serverAndClientFindEachOther() throws IOException {
        try (var server = ServerSocketChannel.open()) {
            server.configureBlocking(false);
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            Task<SocketChannel> accepting = driven.start(() -> {
                LowLevel.awaitAcceptable(server);
                return server.accept();
            });
            assertThat(accepting.isDone()).isFalse();
            Task<SocketChannel> connecting = driven.start(() -> {
                var client = SocketChannel.open();
                client.configureBlocking(false);
                client.connect(server.getLocalAddress());
                LowLevel.awaitConnectable(client);
                client.finishConnect();
                return client;
            });

            driven.runUntil(() -> accepting.isDone() && connecting.isDone());

            try (var client = connecting.resultNow();
                    var peer = accepting.resultNow()) {
                assertThat(client.isConnected()).isTrue();
                assertThat(peer.getRemoteAddress()).isEqualTo(client.getLocalAddress());
            }
        }
    }

    /** Both ends of a connection; the client's does not block. */
    private record SocketPair(SocketChannel client, SocketChannel peer) implements AutoCloseable {
        static SocketPair connect() throws IOException {
            try (var server = ServerSocketChannel.open()) {
                server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                var client = SocketChannel.open(server.getLocalAddress());
                client.configureBlocking(false);
                return new SocketPair(client, server.accept());
            }
        }

        @Override
        public void close() throws IOException {
            client.close();
            peer.close();
        }
    }

    @Test
    void connectedSocketIsReadAndWrittenByTwoTasks() throws IOException {
        try (SocketPair sockets = SocketPair.connect()) {
            SocketChannel client = sockets.client;
            Task<?> reading = driven.start(() -> LowLevel.awaitReadable(client));
            Task<?> writing = driven.start(() -> LowLevel.awaitWritable(client));
            driven.runUntil(writing::isDone);
            assertThat(reading.isDone()).isFalse();

            sockets.peer.write(ByteBuffer.wrap(new byte[] {1}));
            driven.runUntil(reading::isDone);

            assertThat(reading.isDone()).isTrue();
        }
    }

    @Test
    void connectedSocketIsReadAndWrittenInTurnByOneTask() throws IOException {
        try (SocketPair sockets = SocketPair.connect()) {
            SocketChannel client = sockets.client;
            Task<?> task = driven.start(() -> {
                LowLevel.awaitWritable(client);
                log.add("writable");
                LowLevel.awaitReadable(client);
                log.add("readable");
                LowLevel.awaitWritable(client);
                return log.add("writable");
            });
            driven.runUntil(() -> log.contains("writable"));
            driven.settle();
            assertThat(log).containsExactly("writable");

            sockets.peer.write(ByteBuffer.wrap(new byte[] {1}));
            driven.runUntil(task::isDone);

            assertThat(log).containsExactly("writable", "readable", "writable");
        }
    }

    @Test
    void secondReaderIsRejectedWithBothNames() {
        Task<?> first = reader("first");

        loop.createTask("second", () -> {
            assertThatExceptionOfType(BusyException.class)
                    .isThrownBy(() -> LowLevel.awaitReadable(pipe.source()))
                    .withMessageStartingWith("task 'second' cannot use readable ")
                    .withMessageContaining("while task 'first' does");
            return log.add("rejected");
        });
        driven.settle();

        assertThat(log).containsExactly("rejected");
        first.cancel("over");
        driven.assertIdle();
    }

    @Test
    void readerAndReaderCallbackExcludeEachOther() throws IOException {
        driven.run(() -> LowLevel.addReader(pipe.source(), () -> {}));
        driven.run(() -> assertThatExceptionOfType(BusyException.class)
                .isThrownBy(() -> LowLevel.awaitReadable(pipe.source()))
                .withMessageContaining("while callback " + getClass().getName() + " does"));
        driven.run(() -> LowLevel.removeReader(pipe.source()));
        Task<?> task = reader("reader");

        driven.run(() -> assertThatExceptionOfType(BusyException.class)
                .isThrownBy(() -> LowLevel.addReader(pipe.source(), () -> {}))
                .withMessageContaining("while task 'reader' does"));

        task.cancel("over");
    }

    @Test
    void cancelledReaderLeavesTheChannelToTheNext() throws IOException {
        Task<?> first = reader("first");
        first.cancel("enough");
        driven.settle();
        assertThat(first.isCancelled()).isTrue();

        Task<?> second = reader("second");
        fill();
        driven.runUntil(second::isDone);

        assertThat(log).containsExactly("second readable");
        assertThat(pipe.source().isOpen()).isTrue();
    }

    @Test
    void callbackIsCalledInEachTickInWhichTheChannelIsReadable() throws IOException {
        driven.run(() -> LowLevel.addReader(pipe.source(), () -> log.add("readable")));
        fill();
        driven.runUntil(() -> log.size() == 3);

        driven.run(() -> assertThat(LowLevel.removeReader(pipe.source())).isTrue());
        int calls = log.size();
        driven.settle();

        assertThat(log).hasSize(calls);
    }

    @Test
    void callbackForWritingIsCalledUntilItIsRemoved() {
        driven.start(() -> LowLevel.addWriter(pipe.sink(), () -> {
            log.add("writable");
            LowLevel.removeWriter(pipe.sink());
        }));

        driven.runUntil(() -> !log.isEmpty());
        driven.settle();

        assertThat(log).containsExactly("writable");
    }

    @Test
    void removingACallbackThatIsNotThereSaysSo() {
        driven.run(() -> {
            assertThat(LowLevel.removeReader(pipe.source())).isFalse();
            assertThat(LowLevel.removeWriter(pipe.sink())).isFalse();
        });
        reader("reader").cancel("over");
        driven.settle();

        driven.run(() -> assertThat(LowLevel.removeReader(pipe.source())).isFalse());
    }

    @Test
    void callbackThatThrowsIsReportedAndStays() throws IOException {
        driven.run(() -> LowLevel.addReader(pipe.source(), () -> {
            log.add("called");
            throw new IllegalStateException("boom");
        }));
        fill();

        driven.runUntil(() -> log.size() == 2);

        driven.run(() -> LowLevel.removeReader(pipe.source()));
        assertThat(driven.takeFailures()).hasSizeGreaterThanOrEqualTo(2).allSatisfy(failure -> {
            assertThat(failure.exception()).hasMessage("boom");
            assertThat(failure.createdAt()).contains("(ReadinessTest.java:");
        });
    }

    @Test
    void newCallbackReplacesTheOldOneEvenInTheSameTick() throws IOException {
        driven.run(() -> LowLevel.addReader(pipe.source(), () -> log.add("old")));
        fill();
        loop.createTask(() -> {
            LowLevel.addReader(pipe.source(), () -> log.add("new"));
            return "";
        });

        driven.runUntil(() -> log.contains("new"));

        assertThat(log).doesNotContain("old");
        driven.run(() -> LowLevel.removeReader(pipe.source()));
    }

    /** The callback has run before, and is queued once more behind the task that removes it. */
    @Test
    void removedCallbackIsNotCalledEvenIfItIsQueued() throws IOException {
        driven.run(() -> LowLevel.addReader(pipe.source(), () -> log.add("called")));
        fill();
        driven.runUntil(() -> log.size() == 1);
        loop.createTask(() -> log.add("removed " + LowLevel.removeReader(pipe.source())));

        driven.settle();

        assertThat(log).containsExactly("called", "removed true");
    }

    @Test
    void closeWakesTheOneWhoWaits() {
        Task<?> task = driven.start(() -> {
            assertThatExceptionOfType(AsynchronousCloseException.class)
                    .isThrownBy(() -> LowLevel.awaitReadable(pipe.source()));
            log.add("told");
        });

        driven.run(() -> LowLevel.close(pipe.source()));

        assertThat(task.isDone()).isTrue();
        assertThat(log).containsExactly("told");
        assertThat(loop.statistics().channels()).isZero();
    }

    @Test
    void closeBehindOurBackWakesTheOneWhoWaits() throws IOException {
        Task<?> task = driven.start(() -> assertThatExceptionOfType(AsynchronousCloseException.class)
                .isThrownBy(() -> LowLevel.awaitReadable(pipe.source())));

        pipe.source().close();
        driven.settle();

        assertThat(task.isDone()).isTrue();
    }

    @Test
    void callbackThatIsQueuedWhenItsChannelIsClosedIsNotCalled() throws IOException {
        driven.run(() -> LowLevel.addReader(pipe.source(), () -> log.add("called")));
        loop.createTask(() -> {
            LowLevel.close(pipe.source());
            return log.add("closed");
        });
        fill();

        driven.settle();

        assertThat(log).containsExactly("closed");
    }

    @Test
    void closeOutsideALoopClosesTheChannel() throws IOException {
        LowLevel.close(pipe.source());

        assertThat(pipe.source().isOpen()).isFalse();
    }

    @Test
    void closeInAVirtualThreadOfTheJdkClosesTheChannel() throws InterruptedException {
        Thread other = Thread.ofVirtual().start(() -> {
            try {
                LowLevel.close(pipe.source());
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });

        other.join();

        assertThat(pipe.source().isOpen()).isFalse();
    }

    @Test
    void waitingForAClosedChannelIsRejected() throws IOException {
        pipe.source().close();

        driven.run(() -> {
            assertThatExceptionOfType(ClosedChannelException.class)
                    .isThrownBy(() -> LowLevel.awaitReadable(pipe.source()));
            assertThatExceptionOfType(ClosedChannelException.class)
                    .isThrownBy(() -> LowLevel.addReader(pipe.source(), () -> {}));
        });
        driven.assertIdle();
    }

    @Test
    void waitingAgainForAChannelThatWasClosedMeanwhileIsRejected() throws IOException {
        fill();
        Task<?> task = driven.start(() -> {
            LowLevel.awaitReadable(pipe.source());
            pipe.source().close(); // which tells no loop
            assertThatThrownBy(() -> LowLevel.awaitReadable(pipe.source()))
                    .isExactlyInstanceOf(ClosedChannelException.class);
        });

        driven.runUntil(task::isDone);

        assertThat(task.state()).isEqualTo(State.SUCCESS);
    }

    @Test
    void waitingAgainForAChannelThatAnotherTaskHasClosedIsRejected() throws IOException {
        fill();
        var closed = loop.<String>createFuture();
        Task<?> task = driven.start(() -> {
            LowLevel.awaitReadable(pipe.source());
            closed.await();
            assertThatThrownBy(() -> LowLevel.awaitReadable(pipe.source()))
                    .isExactlyInstanceOf(ClosedChannelException.class);
        });
        driven.settle();

        driven.run(() -> LowLevel.close(pipe.source()));
        driven.run(() -> closed.setResult("closed"));

        assertThat(task.state()).isEqualTo(State.SUCCESS);
    }

    @Test
    void secondWaitOfATaskCanBeCancelledAndTheThirdIsAsGoodAsTheFirst() throws IOException {
        fill();
        Task<?> task = driven.start(() -> {
            LowLevel.awaitReadable(pipe.source());
            drain();
            assertThatExceptionOfType(TimeoutException.class)
                    .isThrownBy(() -> Async.timeout(
                            Duration.ofSeconds(1), "the second", () -> LowLevel.awaitReadable(pipe.source())));
            log.add("second cancelled");
            LowLevel.awaitReadable(pipe.source());
            return log.add("third readable");
        });
        driven.runUntil(() -> task.waitsFor() != null);
        driven.advance(Duration.ofSeconds(1));
        assertThat(log).containsExactly("second cancelled");

        fill();
        driven.runUntil(task::isDone);

        assertThat(log).containsExactly("second cancelled", "third readable");
        driven.assertIdle();
    }

    @Test
    void taskThatHasWaitedBeforeIsRejectedWhileAnotherOneWaits() throws IOException {
        fill();
        var otherWaits = loop.<String>createFuture();
        Task<?> task = driven.start(() -> {
            LowLevel.awaitReadable(pipe.source());
            drain();
            otherWaits.await();
            assertThatExceptionOfType(BusyException.class)
                    .isThrownBy(() -> LowLevel.awaitReadable(pipe.source()))
                    .withMessageContaining("other");
        });
        driven.settle();
        Task<?> other = reader("other");

        driven.run(() -> otherWaits.setResult("waits"));
        assertThat(task.state()).isEqualTo(State.SUCCESS);

        fill();
        driven.runUntil(other::isDone);
        assertThat(log).containsExactly("other readable");
    }

    @Test
    void taskThatHasWaitedBeforeIsRejectedWhileACallbackIsRegistered() throws IOException {
        fill();
        driven.run(() -> {
            LowLevel.awaitReadable(pipe.source());
            LowLevel.addReader(pipe.source(), () -> log.add("called back"));
            assertThatExceptionOfType(BusyException.class).isThrownBy(() -> LowLevel.awaitReadable(pipe.source()));
            LowLevel.removeReader(pipe.source());
        });

        assertThat(reader("next").isDone()).isTrue();
    }

    @Test
    void taskThatHasEndedKeepsNoChannel() {
        var waitedFor = new ArrayList<WeakReference<Pipe.SourceChannel>>();
        Task<?> ended = driven.start(() -> waitedFor.add(waitForAChannelAndCloseIt()));
        driven.runUntil(ended::isDone);
        driven.settle();

        OtherThread.spinUntil(() -> {
            System.gc();
            return waitedFor.getFirst().refersTo(null);
        });

        assertThat(ended.state()).isEqualTo(State.SUCCESS);
    }

    private static WeakReference<Pipe.SourceChannel> waitForAChannelAndCloseIt() throws IOException {
        Pipe own = Pipe.open();
        own.source().configureBlocking(false);
        own.sink().write(ByteBuffer.wrap(new byte[] {1}));
        LowLevel.awaitReadable(own.source());
        LowLevel.close(own.source());
        own.sink().close();
        return new WeakReference<>(own.source());
    }

    @Test
    void readerCanGoOnWithAnotherChannelAfterAClose() throws IOException {
        driven.run(() -> LowLevel.close(pipe.source()));
        Pipe next = Pipe.open();
        next.source().configureBlocking(false);
        next.sink().write(ByteBuffer.wrap(new byte[] {1}));

        Task<?> task = driven.start(() -> LowLevel.awaitReadable(next.source()));
        driven.runUntil(task::isDone);

        assertThat(task.isCancelled()).isFalse();
        next.source().close();
        next.sink().close();
    }

    @Test
    void waiterIsToldWhenItsLoopClosesAndItsChannelStaysOpen() {
        Task<?> task = reader("reader");

        loop.close();

        assertThat(task.isCancelled()).isTrue();
        assertThat(pipe.source().isOpen()).isTrue();
    }

    @Test
    void wokenReaderGoesOnAsIfTheChannelWereReadable() throws IOException {
        Task<?> reader = driven.start(() -> LowLevel.awaitReadable(pipe.source()));

        loop.callSoon(() -> LowLevel.wakeReader(pipe.source()));
        driven.settle();

        assertThat(reader.state()).isEqualTo(State.SUCCESS);
        Task<?> next = driven.start(() -> LowLevel.awaitReadable(pipe.source()));
        assertThat(next.isDone()).as("the channel has become readable").isFalse();
        fill();
        driven.settle();
        assertThat(next.isDone()).isTrue();
    }

    @Test
    void wakingNobodyDoesNothing() {
        loop.callSoon(() -> LowLevel.wakeReader(pipe.source()));

        driven.settle();
    }
}
