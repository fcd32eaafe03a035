package io.gyre.net.tls;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.VirtualClock;
import io.gyre.net.Feature;
import io.gyre.net.testing.MemoryStream;
import io.gyre.net.testing.StreamPair;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.time.Duration;

/** How TLS ends: with notice, without, and with a limit. */
final class TlsEndTest {
    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static void end(StreamPair<TlsStream> pair) {
        pair.left().abort();
        pair.right().abort();
    }

    @LoopTest
    @Feature("A truncated stream is not an end")
    void endWithoutNoticeIsATruncation() throws Exception {
        StreamPair<MemoryStream> below = MemoryStream.pair();
        StreamPair<TlsStream> pair = TlsPair.over(below);
        pair.left().write(bytes("half a mess"));
        below.left().closeOutput();

        assertThatThrownBy(() -> pair.right().readExactly(100))
                .isInstanceOf(TruncatedStreamException.class)
                .hasMessageContaining("withTruncationAllowed");
        assertThat(pair.right().peek(11)).asString(UTF_8).isEqualTo("half a mess");
        assertThatThrownBy(() -> pair.right().readAll(100)).isInstanceOf(TruncatedStreamException.class);
        pair.right().readExactly(11);
        assertThat(pair.right().hasEnded()).isTrue();
        end(pair);
    }

    @LoopTest
    void endWithoutNoticeIsAnEndIfTheProtocolSaysItself() throws Exception {
        StreamPair<MemoryStream> below = MemoryStream.pair();
        StreamPair<TlsStream> pair = TlsPair.over(below, TlsPair.CLIENT, TlsPair.SERVER.withTruncationAllowed(true));
        pair.left().write(bytes("all"));
        below.left().closeOutput();

        assertThat(pair.right().readAll(100)).asString(UTF_8).isEqualTo("all");
        end(pair);
    }

    @LoopTest
    void closeTellsThePeerAndWaitsForItsEnd(VirtualClock clock) throws Exception {
        StreamPair<TlsStream> pair = TlsPair.over(MemoryStream.pair());
        Task<?> closing = createTask(() -> pair.left().close());
        awaitAllTasksParked();
        assertThat(closing.isDone()).isFalse();

        assertThat(pair.right().read(ByteBuffer.allocate(1))).isEqualTo(-1);
        pair.right().close();

        closing.await();
        assertThat(clock.elapsed()).isZero();
    }

    @LoopTest
    void closeGivesUpWaitingForASilentPeer(VirtualClock clock) throws Exception {
        TlsOptions client = TlsPair.CLIENT.withCloseTimeout(Duration.ofSeconds(3));
        StreamPair<TlsStream> pair = TlsPair.over(MemoryStream.pair(), client, TlsPair.SERVER);

        pair.left().close();

        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(3));
        assertThat(pair.left().below().isOpen()).isFalse();
        assertThat(pair.right().read(ByteBuffer.allocate(1))).isEqualTo(-1);
        end(pair);
    }

    @LoopTest
    void closeWithoutATimeoutDoesNotWait(VirtualClock clock) throws Exception {
        TlsOptions client = TlsPair.CLIENT.withCloseTimeout(Duration.ZERO);
        StreamPair<TlsStream> pair = TlsPair.over(MemoryStream.pair(), client, TlsPair.SERVER);

        pair.left().close();

        assertThat(clock.elapsed()).isZero();
        assertThat(pair.right().read(ByteBuffer.allocate(1))).isEqualTo(-1);
        end(pair);
    }

    @LoopTest
    void closeInACancelledTaskDoesNotWaitForThePeer(VirtualClock clock) throws Exception {
        StreamPair<TlsStream> pair = TlsPair.over(MemoryStream.pair());
        createTask(() -> {
                    currentTask().cancel("before it closes");
                    pair.left().close();
                })
                .await();

        assertThat(clock.elapsed()).isZero();
        assertThat(pair.right().read(ByteBuffer.allocate(1))).isEqualTo(-1);
        end(pair);
    }

    /** Leaves encrypted bytes behind that the peer has not taken. */
    private static StreamPair<TlsStream> withCancelledWrite(StreamPair<MemoryStream> below) throws IOException {
        StreamPair<TlsStream> pair = TlsPair.over(below);
        Task<?> writer = createTask(() -> pair.left().write(new byte[200_000]));
        writer.whenDone(done -> {});
        awaitAllTasksParked();
        writer.cancelAndJoin("its bytes are on their way");
        return pair;
    }

    @LoopTest
    void closeGivesUpWhenThePeerTakesNothing(VirtualClock clock) throws Exception {
        StreamPair<MemoryStream> below = MemoryStream.pair();
        StreamPair<TlsStream> pair = withCancelledWrite(below);

        pair.left().close();

        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(5));
        assertThat(below.left().isOpen()).isFalse();
        end(pair);
    }

    @LoopTest
    void closeGivesUpWhenThePeerHasStoppedToTakeAnything(VirtualClock clock) throws Exception {
        StreamPair<MemoryStream> below = MemoryStream.pair();
        StreamPair<TlsStream> pair = withCancelledWrite(below);
        Task<?> peer = createTask(() -> {
            sleep(Duration.ofMillis(500));
            below.right().readExactly(1000);
        });

        pair.left().close();

        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(6));
        peer.await();
        end(pair);
    }

    @LoopTest
    void closeGoesOnWhileThePeerTakesALittleNowAndThen(VirtualClock clock) throws Exception {
        StreamPair<TlsStream> pair = withCancelledWrite(MemoryStream.pair(1000));
        var all = new ByteArrayOutputStream();
        Task<?> peer = createTask(() -> {
            ByteBuffer some = ByteBuffer.allocate(20_000); // a record each time
            while (pair.right().read(some.clear()) >= 0) {
                all.write(some.array(), 0, some.position());
                sleep(Duration.ofMillis(4500));
            }
        });

        pair.left().close();

        assertThat(clock.elapsed()).isGreaterThan(Duration.ofSeconds(20));
        peer.await();
        assertThat(all.size()).isGreaterThan(100_000);
        end(pair);
    }

    /** With bytes that are left to be encrypted and without; the peer takes a little all the time. */
    @LoopTest
    void closeInACancelledTaskLastsForFiveSecondsInAll(VirtualClock clock) throws Exception {
        for (int buffered : new int[] {0, 1000}) {
            StreamPair<MemoryStream> below = MemoryStream.pair(1000);
            StreamPair<TlsStream> pair = withCancelledWrite(below);
            Task<?> peer = createTask(() -> {
                for (; ; ) {
                    below.right().readExactly(100);
                    sleep(Duration.ofMillis(100));
                }
            });
            peer.whenDone(done -> {});
            Task<Duration> closing = createTask(() -> {
                pair.left().writeBuffered(new byte[buffered]);
                currentTask().cancel("before it closes");
                Duration begin = clock.elapsed();
                if (buffered > 0) {
                    assertThatThrownBy(pair.left()::close).isInstanceOf(CancelledException.class);
                } else {
                    pair.left().close();
                }
                return clock.elapsed().minus(begin);
            });

            assertThat(closing.await()).isEqualTo(Duration.ofSeconds(5));
            assertThat(below.left().isOpen()).isFalse();
            peer.cancelAndJoin("the stream is closed");
            end(pair);
        }
    }

    @LoopTest
    void closeBehindAWriteThatIsStuckTellsNoCompleteEnd() throws Exception {
        StreamPair<TlsStream> pair = TlsPair.over(MemoryStream.pair());
        Task<?> writer = createTask(() -> pair.left().write(new byte[10_000_000]));
        writer.whenDone(done -> {});
        awaitAllTasksParked();

        pair.left().close();

        assertThatThrownBy(writer::await).hasCauseInstanceOf(AsynchronousCloseException.class);
        assertThatThrownBy(() -> pair.right().readAll(20_000_000)).isInstanceOf(TruncatedStreamException.class);
        end(pair);
    }

    @LoopTest
    @Feature("Half-close over TLS")
    void halfCloseOfTls13LeavesTheOtherDirectionOpen() throws Exception {
        StreamPair<TlsStream> pair = TlsPair.over(MemoryStream.pair(), "TLSv1.3");
        pair.left().closeOutput();
        assertThat(pair.right().read(ByteBuffer.allocate(1))).isEqualTo(-1);

        pair.right().write(bytes("answer"));
        pair.right().closeOutput();

        assertThat(pair.left().readAll(100)).asString(UTF_8).isEqualTo("answer");
        pair.left().close();
        pair.right().close();
    }

    @LoopTest
    void halfCloseOfTls12EndsTheOtherDirectionToo() throws Exception {
        StreamPair<TlsStream> pair = TlsPair.over(MemoryStream.pair(), "TLSv1.2");
        pair.left().closeOutput();
        assertThat(pair.right().read(ByteBuffer.allocate(1))).isEqualTo(-1);

        assertThatThrownBy(() -> pair.right().write(bytes("answer")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("TLS 1.3");

        assertThat(pair.left().readAll(100)).isEmpty();
        end(pair);
    }

    @LoopTest
    void everyEndLeavesNothing() throws Exception {
        TlsPair.over(MemoryStream.pair()).left().abort(); // classes and buffers
        awaitAllTasksParked();
        int tasks = EventLoop.current().statistics().tasks();
        for (int way = 0; way < 4; way++) {
            StreamPair<TlsStream> pair = TlsPair.over(MemoryStream.lockstepPair());
            Task<?> writer = createTask(() -> pair.left().write(new byte[1_000_000]));
            writer.whenDone(done -> {});
            Task<?> reader = createTask(() -> pair.left().readAll(100));
            reader.whenDone(done -> {});
            awaitAllTasksParked();
            switch (way) {
                case 0 -> pair.left().abort();
                case 1 -> pair.right().abort();
                case 2 -> {
                    writer.cancelAndJoin("first");
                    reader.cancelAndJoin("too");
                    pair.left().close();
                }
                default -> pair.left().close();
            }
            pair.left().abort();
            pair.right().abort();
            awaitAllTasksParked();

            assertThat(EventLoop.current().statistics().tasks())
                    .as("way %d", way)
                    .isEqualTo(tasks);
        }
        assertThat(EventLoop.current().statistics().timers()).isZero();
    }
}
