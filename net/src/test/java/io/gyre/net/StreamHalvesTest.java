package io.gyre.net;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static io.gyre.net.Talk.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.BusyException;
import io.gyre.loop.CancelledException;
import io.gyre.loop.Task;
import io.gyre.loop.TimeoutException;
import io.gyre.loop.testing.LoopTest;
import io.gyre.net.testing.MemoryStream;
import io.gyre.net.testing.StreamPair;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;

/** What the rules of the contract do not say of halves. */
final class StreamHalvesTest {
    @LoopTest
    void readerReadsInEveryWayThatTheStreamDoes() throws Exception {
        StreamPair<MemoryStream> pair = MemoryStream.pair();
        ByteReader reader = pair.left().split().reader();
        pair.right().write(bytes("line\nab;cdefghi"));
        pair.right().closeOutput();

        assertThat(reader.readLine(100)).isEqualTo(Optional.of("line"));
        assertThat(reader.readUntil(100, bytes(";"))).isEqualTo(bytes("ab;"));
        assertThat(reader.peek(2)).isEqualTo(bytes("cd"));
        assertThat(reader.readExactly(2)).isEqualTo(bytes("cd"));
        ByteBuffer buffer = ByteBuffer.allocate(1);
        reader.readExactly(buffer);
        assertThat(reader.read(buffer.clear())).isEqualTo(1);
        assertThat(reader.readAll(100)).isEqualTo(bytes("ghi"));
        assertThat(reader).hasToString("the reader of " + pair.left());
        pair.left().close();
    }

    @LoopTest
    void writerWritesInEveryWayThatTheStreamDoes(@TempDir Path directory) throws Exception {
        StreamPair<MemoryStream> pair = MemoryStream.pair();
        ByteWriter writer = pair.left().split().writer();
        writer.write(bytes("a"));
        writer.write(ByteBuffer.wrap(bytes("b")));
        writer.write(ByteBuffer.wrap(bytes("c")), ByteBuffer.wrap(bytes("d")));
        writer.writeBuffered(bytes("e"));
        writer.writeBuffered(ByteBuffer.wrap(bytes("f")));
        writer.flush();
        try (FileChannel file = FileChannel.open(Files.write(directory.resolve("file"), bytes("gh")))) {
            writer.sendFile(file, 0, 2);
        }
        writer.close();

        assertThat(pair.right().readAll(100)).isEqualTo(bytes("abcdefgh"));
        assertThat(writer).hasToString("the writer of " + pair.left());
        pair.left().close();
    }

    @LoopTest
    void timeoutsAreThoseOfTheStream() throws Exception {
        StreamPair<MemoryStream> pair = MemoryStream.pair(1);
        StreamHalves halves = pair.left().split();
        halves.reader().setReadTimeout(Duration.ofSeconds(1));
        halves.writer().setWriteTimeout(Duration.ofSeconds(1));

        assertThatThrownBy(() -> halves.reader().readExactly(1)).isInstanceOf(TimeoutException.class);
        assertThatThrownBy(() -> halves.writer().write(bytes("ab"))).isInstanceOf(TimeoutException.class);
        pair.left().abort();
    }

    @LoopTest
    void writerThatIsBusyIsNotClosedAndCanBeLater() throws Exception {
        StreamPair<MemoryStream> pair = MemoryStream.pair(1);
        StreamHalves halves = pair.left().split();
        Task<?> writing = createTask(() -> halves.writer().write(bytes("abc")));
        awaitAllTasksParked();

        assertThatThrownBy(() -> halves.writer().close()).isInstanceOf(BusyException.class);

        assertThat(pair.right().readExactly(3)).isEqualTo(bytes("abc"));
        writing.await();
        halves.writer().close();
        assertThat(pair.right().readAll(0)).isEmpty();
        halves.reader().close();
        assertThat(pair.left().isOpen()).isFalse();
    }

    @LoopTest
    void closedHalvesRefuseEveryCall(@TempDir Path directory) throws Exception {
        StreamPair<MemoryStream> pair = MemoryStream.pair();
        StreamHalves halves = pair.left().split();
        halves.reader().close();
        halves.writer().close();
        ByteBuffer buffer = ByteBuffer.allocate(1);

        assertThatThrownBy(() -> halves.reader().peek(1)).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> halves.reader().readAll(1)).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> halves.writer().flush()).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> halves.writer().write(buffer, buffer)).isInstanceOf(ClosedChannelException.class);
        try (FileChannel file = FileChannel.open(Files.write(directory.resolve("file"), bytes("x")))) {
            assertThatThrownBy(() -> halves.writer().sendFile(file, 0, 1)).isInstanceOf(ClosedChannelException.class);
        }
    }

    @LoopTest
    void outputThatCannotBeEndedIsClosedAllTheSame() throws IOException {
        StreamPair<MemoryStream> pair = MemoryStream.pair();
        StreamHalves halves = pair.left().split();
        pair.left().close();

        assertThatThrownBy(() -> halves.writer().close()).isInstanceOf(IOException.class);

        halves.writer().close();
        assertThatThrownBy(() -> halves.writer().flush()).isInstanceOf(ClosedChannelException.class);
    }

    @LoopTest
    void outputThatACancelledTaskCannotEndIsGivenUpAndTheStreamIsClosed() throws Exception {
        StreamPair<MemoryStream> pair = MemoryStream.pair(1);
        StreamHalves halves = pair.left().split();
        halves.reader().close();
        Task<?> writing = createTask(() -> {
            try (ByteWriter writer = halves.writer()) {
                writer.writeBuffered(bytes("abc"));
                currentTask().cancel("test");
            }
        });

        assertThatThrownBy(writing::await).hasCauseInstanceOf(CancelledException.class);

        assertThat(pair.left().isOpen()).isFalse();
        assertThatThrownBy(() -> pair.right().readAll(10)).hasMessageContaining("reset");
    }
}
