package io.gyre.net;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.testing.LoopTesting.assertDoesNotSuspend;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.LoopTest.Time;
import io.gyre.net.testing.StreamPair;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/** What a pool asks of a connection before it is used again. */
final class HasEndedTest {
    /** A body with the two ends of a connection. */
    private interface Body {
        void run(TcpStream left, TcpStream right) throws Exception;
    }

    private static void withPair(Body body) throws Exception {
        StreamPair<TcpStream> pair = TcpPair.connected();
        try (TcpStream left = pair.left();
                TcpStream right = pair.right()) {
            body.run(left, right);
        }
    }

    /** Bounded by the test's time. */
    private static void awaitEnd(TcpStream stream) {
        while (!stream.hasEnded()) {
            sleep(Duration.ofMillis(1));
        }
    }

    @LoopTest(time = Time.REAL)
    void idleConnectionHasNotEnded() throws Exception {
        withPair((left, right) -> {
            for (int i = 0; i < 3; i++) {
                assertThat(assertDoesNotSuspend(right::hasEnded)).isFalse();
            }

            left.write("abc".getBytes(US_ASCII));
            assertThat(right.readExactly(3)).asString().isEqualTo("abc");
            assertThat(right.hasEnded()).isFalse();
        });
    }

    @LoopTest(time = Time.REAL)
    @Feature("Liveness test of an idle connection")
    void connectionThatThePeerHasClosedHasEnded() throws Exception {
        withPair((left, right) -> {
            left.close();

            awaitEnd(right);

            assertThat(assertDoesNotSuspend(right::hasEnded)).isTrue();
            assertThat(right.read(ByteBuffer.allocate(1))).isNegative();
            assertThat(right.hasEnded()).isTrue();
        });
    }

    @LoopTest(time = Time.REAL)
    void connectionThatThePeerHasResetHasEndedAndTheNextReadSaysHow() throws Exception {
        withPair((left, right) -> {
            left.abort();

            awaitEnd(right);

            assertThat(right.hasEnded()).isTrue();
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> right.read(ByteBuffer.allocate(1)))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("reset");
            }
        });
    }

    @LoopTest(time = Time.REAL)
    void bytesThatHaveComeAreKeptForTheNextRead() throws Exception {
        withPair((left, right) -> {
            left.write("abc".getBytes(US_ASCII));
            while (right.statistics().bytesReceived() == 0) {
                assertThat(right.hasEnded()).isFalse();
                sleep(Duration.ofMillis(1));
            }
            left.write("def\n".getBytes(US_ASCII));
            left.close();

            assertThat(right.hasEnded()).isFalse(); // there is something to read
            assertThat(right.readLine(100)).contains("abcdef");
            awaitEnd(right);
            assertThat(right.readLine(100)).isEmpty();
        });
    }

    @LoopTest(time = Time.REAL)
    void bytesBeforeAResetAreKept() throws Exception {
        withPair((left, right) -> {
            left.write("abc".getBytes(US_ASCII));
            while (right.statistics().bytesReceived() == 0) {
                assertThat(right.hasEnded()).isFalse();
                sleep(Duration.ofMillis(1));
            }
            left.abort();

            assertThat(right.readExactly(3)).asString().isEqualTo("abc");
            awaitEnd(right);
            assertThatThrownBy(() -> right.readLine(100)).hasMessageContaining("reset");
        });
    }

    @LoopTest(time = Time.REAL)
    void streamThatIsClosedHasEnded() throws Exception {
        withPair((left, right) -> {
            left.close();
            right.abort();

            assertThat(left.hasEnded()).isTrue();
            assertThat(right.hasEnded()).isTrue();
        });
    }

    @LoopTest(time = Time.REAL)
    void whileAnotherTaskReadsItDisturbsNothing() throws Exception {
        withPair((left, right) -> {
            Task<byte[]> reader = createTask(() -> right.readExactly(6));
            awaitAllTasksParked();
            assertThat(right.hasEnded()).isFalse();

            left.write("abc".getBytes(US_ASCII));
            assertThat(right.hasEnded()).isFalse(); // the reader is to get them
            left.write("def".getBytes(US_ASCII));

            assertThat(reader.await()).asString().isEqualTo("abcdef");
        });
    }

    @LoopTest(time = Time.REAL)
    void endThatAnotherTaskWaitsForIsLeftToIt() throws Exception {
        withPair((left, right) -> {
            Task<Integer> reader = createTask(() -> right.read(ByteBuffer.allocate(1)));
            awaitAllTasksParked();

            left.close();
            assertThat(right.hasEnded()).isFalse();

            assertThat(reader.await()).isNegative();
            assertThat(right.hasEnded()).isTrue();
        });
    }

    /** A transport that tells once that it is broken, and then that there is no more. */
    private static final class BrokenOnce extends BufferedStream {
        private boolean told;

        @Override
        protected int receive(ByteBuffer target) throws IOException {
            if (told) {
                return -1;
            }
            told = true;
            throw new IOException("the line is dead");
        }

        @Override
        protected void awaitReceivable() {}

        @Override
        protected int send(ByteBuffer source) {
            return 0;
        }

        @Override
        protected void awaitSendable() {}

        @Override
        protected void endOutput() {}

        @Override
        protected void closeTransport() {}

        @Override
        protected void abortTransport() {}

        @Override
        protected void wakeReceiver() {}
    }

    @LoopTest
    void failureThatIsToldOnceIsKeptForTheNextRead() throws Exception {
        try (var stream = new BrokenOnce()) {
            assertThat(stream.hasEnded()).isTrue();
            assertThat(stream.hasEnded()).isTrue();
            assertThatThrownBy(() -> stream.read(ByteBuffer.allocate(1))).hasMessage("the line is dead");
        }
    }
}
