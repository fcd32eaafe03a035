package io.gyre.net.tls;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.loop.VoidBody;
import io.gyre.loop.testing.LoopTest;
import io.gyre.net.ByteStream;
import io.gyre.net.testing.MemoryStream;
import io.gyre.net.testing.StreamPair;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** What a stream below must not throw reaches those whom it concerns, and nothing is lost before it. */
final class TlsFailingBelowTest {
    private final RuntimeException mistake = new IllegalStateException("a mistake below");

    private static StreamPair<TlsStream> pair() throws IOException {
        StreamPair<MemoryStream> memory = MemoryStream.pair();
        return TlsPair.over(new StreamPair<>(new FailingStream(memory.left()), memory.right()));
    }

    private static FailingStream below(StreamPair<TlsStream> pair) {
        return (FailingStream) pair.left().below();
    }

    private static void end(StreamPair<TlsStream> pair) {
        pair.left().abort();
        pair.right().abort();
    }

    @LoopTest
    void failureInTheBackgroundReachesTheNextWriter() throws Exception {
        StreamPair<TlsStream> pair = pair();
        Task<?> writer = createTask(() -> pair.left().write(new byte[200_000]));
        writer.whenDone(done -> {});
        awaitAllTasksParked();
        writer.cancelAndJoin("the rest is sent in the background");
        below(pair).failToSend(mistake);
        pair.right().read(ByteBuffer.allocate(1)); // makes room, so that it is tried
        awaitAllTasksParked();

        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> pair.left().write(new byte[1]))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("FailingStream")
                    .hasMessageContaining("a mistake below")
                    .hasCause(mistake);
        }
        assertThatThrownBy(pair.left()::close).isInstanceOf(IOException.class).hasCause(mistake);
        end(pair);
    }

    /** The stream below by itself: it buffers, too. */
    @LoopTest
    void failureOfAFlushReachesTheNextWriter() throws Exception {
        var stream = new FailingStream(MemoryStream.pair().left());
        stream.writeBuffered(ByteBuffer.allocate(1));
        stream.failToSend(mistake);
        awaitAllTasksParked();

        assertThatThrownBy(() -> stream.writeBuffered(ByteBuffer.allocate(1)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("could not be sent")
                .hasCause(mistake);
        stream.abort();
    }

    @LoopTest
    void failureToSendReachesThisWriterAndTheNext() throws Exception {
        StreamPair<TlsStream> pair = pair();
        below(pair).failToSend(mistake);

        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> pair.left().write(new byte[1]))
                    .isInstanceOf(IOException.class)
                    .hasCause(mistake);
        }
        end(pair);
    }

    /** The broken record comes together with a good one. */
    @LoopTest
    void bytesBeforeABrokenRecordAreDeliveredFirst() throws Exception {
        for (String version : new String[] {"TLSv1.3", "TLSv1.2"}) {
            for (int room : new int[] {10, 20_000}) {
                StreamPair<MemoryStream> below = MemoryStream.pair();
                StreamPair<TlsStream> pair = TlsPair.over(below, version);
                pair.right().write(new byte[] {1, 2, 3});
                byte[] broken = new byte[105];
                ByteBuffer.wrap(broken).put((byte) 23).putShort((short) 0x0303).putShort((short) 100);
                below.right().write(broken);
                ByteBuffer buffer = ByteBuffer.allocate(room);

                assertThat(pair.left().read(buffer)).isEqualTo(3);

                for (int i = 0; i < 2; i++) {
                    assertThatThrownBy(() -> pair.left().read(buffer)).isInstanceOf(TlsException.class);
                }
                end(pair);
            }
        }
    }

    /** A stream that is none of this library's is peeked at, read, written and closed by its public methods. */
    @LoopTest
    void failureOfEachMethodOfAPlainStreamReachesItsCaller() throws Exception {
        for (String method : List.of("peek", "read", "write", "close", "abort")) {
            StreamPair<MemoryStream> memory = MemoryStream.pair();
            var throwing = new ThrowingStream(memory.left(), method);
            StreamPair<TlsStream> pair = TlsPair.over(new StreamPair<ByteStream>(throwing.stream(), memory.right()));
            var thrown = new ArrayList<Throwable>();
            throwing.begin(mistake);
            pair.right().write(new byte[1]);

            note(thrown, () -> pair.left().read(ByteBuffer.allocate(1)));
            note(thrown, () -> pair.left().write(new byte[1]));
            if (!method.equals("abort")) {
                note(thrown, () -> pair.left().close());
            }
            note(thrown, () -> pair.left().abort());

            assertThat(throwing.failures()).as(method).isPositive();
            assertThat(thrown).as(method).isNotEmpty().anySatisfy(failure -> assertThat(causes(failure))
                    .contains(mistake));
            pair.right().abort();
            memory.left().abort();
        }
    }

    private static void note(List<Throwable> thrown, VoidBody<Exception> call) {
        try {
            call.run();
        } catch (Exception failure) {
            thrown.add(failure);
        }
    }

    private static Iterable<Throwable> causes(Throwable failure) {
        return LowLevel.causes(failure);
    }

    @LoopTest
    void failureInTheHandshakeReachesAllWhoWaitForIt() throws Exception {
        var below = new FailingStream(MemoryStream.pair().left());
        TlsStream stream = TlsStream.client(below, "localhost", TlsPair.CLIENT.withLazyHandshake(true));
        below.failToReceive(mistake);
        Task<?> reader = createTask(() -> stream.read(ByteBuffer.allocate(1)));
        Task<?> writer = createTask(() -> stream.write(new byte[1]));
        reader.whenDone(done -> {});
        writer.whenDone(done -> {});

        assertThatThrownBy(reader::await).hasRootCause(mistake);
        assertThatThrownBy(writer::await).hasRootCause(mistake);
        stream.abort();
    }
}
