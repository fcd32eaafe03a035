package io.gyre.net.tls;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.EventLoop;
import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest;
import io.gyre.net.testing.MemoryStream;
import io.gyre.net.testing.StreamPair;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** What a cancellation leaves of TLS. */
final class TlsCancelTest {
    private static Task<TlsStream> serving(StreamPair<MemoryStream> below) {
        return createTask("server", () -> TlsStream.server(below.right(), TlsPair.SERVER));
    }

    private static void talk(TlsStream left, TlsStream right) throws IOException {
        Task<?> writer = createTask(() -> left.write("abc".getBytes(UTF_8)));
        assertThat(right.readExactly(3)).asString(UTF_8).isEqualTo("abc");
        writer.await();
    }

    /** In each tick of a handshake. */
    @LoopTest(timeoutMillis = 30_000)
    void handshakeThatIsCancelledAtAnyMomentGoesOn() throws Exception {
        for (int moment = 0; moment < 40; moment++) {
            StreamPair<MemoryStream> below = MemoryStream.pair(100);
            TlsStream left = TlsStream.client(below.left(), "localhost", TlsPair.CLIENT.withLazyHandshake(true));
            Task<TlsStream> right = serving(below);
            Task<?> first = createTask(left::handshake);
            first.whenDone(done -> {});
            for (int i = 0; i < moment; i++) {
                yieldNow();
            }
            first.cancelAndJoin("at any moment");

            left.handshake();

            talk(left, right.await());
            left.abort();
            right.await().abort();
        }
    }

    @LoopTest
    void handshakeThatIsCancelledIsTakenOverByWhoeverWaitsForIt() throws Exception {
        StreamPair<MemoryStream> below = MemoryStream.pair();
        TlsStream left = TlsStream.client(below.left(), "localhost", TlsPair.CLIENT.withLazyHandshake(true));
        Task<Integer> reader = createTask(() -> left.read(ByteBuffer.allocate(10)));
        reader.whenDone(done -> {});
        awaitAllTasksParked();
        Task<?> writer = createTask(() -> left.write("abc".getBytes(UTF_8)));
        awaitAllTasksParked();

        reader.cancelAndJoin("it made the handshake");

        TlsStream right = serving(below).await();
        assertThat(right.readExactly(3)).asString(UTF_8).isEqualTo("abc");
        writer.await();
        left.abort();
        right.abort();
    }

    @LoopTest
    void cancelledWriteLeavesWholeRecords() throws Exception {
        for (StreamPair<MemoryStream> below :
                List.of(MemoryStream.pair(1), MemoryStream.pair(1000), MemoryStream.lockstepPair())) {
            StreamPair<TlsStream> pair = TlsPair.over(below);
            ByteBuffer much = ByteBuffer.allocate(200_000);
            Task<?> writer = createTask(() -> pair.left().write(much));
            writer.whenDone(done -> {});
            awaitAllTasksParked();
            writer.cancelAndJoin("it waits");
            int sent = much.position();
            assertThat(sent).isBetween(1, 199_999);

            assertThat(pair.right().readExactly(sent)).hasSize(sent);

            talk(pair.left(), pair.right());
            talk(pair.right(), pair.left());
            pair.left().abort();
            pair.right().abort();
        }
    }

    @LoopTest
    void cancelledWrapClosesTheStreamBelow() {
        StreamPair<MemoryStream> below = MemoryStream.pair();
        Task<?> client = createTask(() -> TlsStream.client(below.left(), "localhost", TlsPair.CLIENT));
        client.whenDone(done -> {});
        awaitAllTasksParked();

        client.cancelAndJoin("it waits for the server");

        assertThat(below.left().isOpen()).isFalse();
    }

    @LoopTest
    void reloadInACancelledTaskChangesNothing() throws Exception {
        TlsOptions options = Certified.server();
        Task<?> reloading = createTask(() -> {
            currentTask().cancel("before");
            options.reload();
        });
        assertThatThrownBy(reloading::await).hasMessageContaining("cancelled");
        TlsHandler.of(options, stream -> {});
        assertThat(EventLoop.current().statistics().tasks()).isEqualTo(1);
    }

    // ---- the calls for streams on top

    @LoopTest
    void awaitReadableTakesNothingInAnyState() throws Exception {
        StreamPair<MemoryStream> pair = MemoryStream.pair();
        ByteBuffer buffer = ByteBuffer.allocate(10);
        Task<?> before = createTask(() -> {
            currentTask().cancel("before");
            pair.right().awaitReadable();
        });
        before.whenDone(done -> {});
        awaitAllTasksParked();
        assertThat(before.isCancelled()).isTrue();
        assertThat(pair.right().tryRead(buffer)).isZero();
        Task<?> waiting = createTask(() -> pair.right().awaitReadable());
        waiting.whenDone(done -> {});
        awaitAllTasksParked();
        waiting.cancelAndJoin("while it waits");
        assertThat(waiting.isCancelled()).isTrue();

        Task<?> completing = createTask(() -> pair.right().awaitReadable());
        awaitAllTasksParked();
        pair.left().tryWrite(ByteBuffer.wrap("abc".getBytes(UTF_8)));
        completing.cancel("as it completes");
        completing.await();

        assertThat(pair.right().tryRead(buffer)).isEqualTo(3);
        pair.left().closeOutput();
        pair.right().awaitReadable();
        assertThat(pair.right().tryRead(buffer)).isEqualTo(-1);
    }

    @LoopTest
    void awaitReadableDoesNotWaitForBytesThatWereReadAhead() throws Exception {
        StreamPair<MemoryStream> pair = MemoryStream.pair();
        pair.left().write("a line\nmore".getBytes(UTF_8));
        pair.right().readLine(100);

        pair.right().awaitReadable();

        assertThat(pair.right().tryRead(ByteBuffer.allocate(100))).isEqualTo(4);
    }

    @LoopTest
    void tryWriteKeepsItsPlaceBehindBufferedBytes() throws Exception {
        StreamPair<MemoryStream> pair = MemoryStream.pair();
        ByteBuffer bytes = ByteBuffer.wrap("def".getBytes(UTF_8));
        pair.left().writeBuffered("abc".getBytes(UTF_8));

        pair.left().tryWrite(bytes);
        assertThat(bytes.remaining()).isEqualTo(3);

        assertThat(pair.right().readExactly(3)).asString(UTF_8).isEqualTo("abc");
        pair.left().tryWrite(bytes);
        assertThat(bytes.remaining()).isZero();
    }
}
