package io.gyre.net;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static io.gyre.net.Talk.bytes;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.CancelledException;
import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.LoopTest.Time;
import io.gyre.net.testing.MemoryStream;
import io.gyre.net.testing.StreamPair;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.io.TempDir;

/** Numbers and buffers that make no sense, or nearly none. */
final class ArgumentsTest {
    private static final String TEXT = "0123456789";

    private final Path path;

    ArgumentsTest(@TempDir Path directory) throws IOException {
        path = Files.writeString(directory.resolve("file"), TEXT);
    }

    /** A body with the two ends of a connection. */
    private interface Body {
        void run(BufferedStream left, BufferedStream right) throws Exception;
    }

    /** Over TCP, and in memory. */
    private static void withPairs(Body body) throws Exception {
        StreamPair<TcpStream> tcp = TcpPair.connected();
        try (TcpStream left = tcp.left();
                TcpStream right = tcp.right()) {
            body.run(left, right);
        }
        StreamPair<MemoryStream> memory = MemoryStream.pair();
        try (MemoryStream left = memory.left();
                MemoryStream right = memory.right()) {
            body.run(left, right);
        }
    }

    private static void assertRefused(String name, ThrowingCallable call) {
        assertThatIllegalArgumentException().isThrownBy(call).withMessageContaining(name + " is -");
    }

    @LoopTest(time = Time.REAL)
    void negativeCountsAreNamedAndTakeNothing() throws Exception {
        try (FileChannel file = FileChannel.open(path)) {
            withPairs((left, right) -> {
                left.write(bytes("abc\n"));
                for (int count : new int[] {-1, Integer.MIN_VALUE}) {
                    assertRefused("length", () -> right.readExactly(count));
                    assertRefused("length", () -> right.peek(count));
                    assertRefused("maxBytes", () -> right.readUntil(count, bytes("\n")));
                    assertRefused("maxBytes", () -> right.readLine(count));
                    assertRefused("maxBytes", () -> right.readLine(count, US_ASCII));
                    assertRefused("maxBytes", () -> right.readAll(count));
                    assertRefused("position", () -> left.sendFile(file, count, 1));
                    assertRefused("count", () -> left.sendFile(file, 0, count));
                }
                assertRefused("position", () -> left.sendFile(file, Long.MIN_VALUE, Long.MAX_VALUE));
                assertRefused("count", () -> left.sendFile(file, Long.MAX_VALUE, Long.MIN_VALUE));

                assertThat(right.readLine(3)).contains("abc");
                left.closeOutput();
                assertThat(right.readAll(0)).isEmpty();
            });
        }
    }

    @LoopTest(time = Time.REAL)
    void zeroIsACountAsOthersAre() throws Exception {
        try (FileChannel file = FileChannel.open(path)) {
            withPairs((left, right) -> {
                assertThat(right.readExactly(0)).isEmpty();
                assertThat(right.peek(0)).isEmpty();
                left.sendFile(file, Long.MAX_VALUE, 0);
                left.write(bytes("\n"));
                assertThat(right.readLine(0)).contains("");
            });
        }
    }

    @LoopTest(time = Time.REAL)
    void restOfAFileIsSentFromAPosition() throws Exception {
        try (FileChannel file = FileChannel.open(path)) {
            withPairs((left, right) -> {
                left.sendFile(file, 7, Long.MAX_VALUE);
                left.sendFile(file, TEXT.length(), Long.MAX_VALUE);
                left.sendFile(file, Long.MAX_VALUE, Long.MAX_VALUE);
                left.sendFile(file, Long.MAX_VALUE - 3, Long.MAX_VALUE);
                left.sendFile(file, 0, Long.MAX_VALUE);
                left.closeOutput();

                assertThat(right.readAll(100)).asString().isEqualTo("789" + TEXT);
            });
        }
    }

    @LoopTest(time = Time.REAL)
    void fileThatIsShorterThanWasSaidIsAnEnd() throws Exception {
        try (FileChannel file = FileChannel.open(path)) {
            withPairs((left, right) -> {
                assertThatThrownBy(() -> left.sendFile(file, 8, Long.MAX_VALUE - 1))
                        .isInstanceOf(EOFException.class)
                        .hasMessageContaining("ended after 2 of the " + (Long.MAX_VALUE - 1) + " bytes");
                assertThatThrownBy(() -> left.sendFile(file, Long.MAX_VALUE, 5))
                        .isInstanceOf(EOFException.class)
                        .hasMessageContaining("ended after 0 of the 5 bytes");
                left.closeOutput();

                assertThat(right.readAll(100)).asString().isEqualTo("89");
            });
        }
    }

    @LoopTest(time = Time.REAL)
    void readOnlyBufferTakesNothing() throws Exception {
        withPairs((left, right) -> {
            ByteBuffer readOnly = ByteBuffer.allocate(3).asReadOnlyBuffer();
            left.write(bytes("abc"));

            assertThatThrownBy(() -> right.read(readOnly)).isInstanceOf(ReadOnlyBufferException.class);
            assertThatThrownBy(() -> right.readExactly(readOnly)).isInstanceOf(ReadOnlyBufferException.class);
            assertThat(readOnly.position()).isZero();

            assertThat(right.readExactly(3)).asString().isEqualTo("abc");
        });
    }

    @LoopTest(time = Time.REAL)
    void readOnlyBufferCanBeWritten() throws Exception {
        withPairs((left, right) -> {
            left.write(ByteBuffer.wrap(bytes("abc")).asReadOnlyBuffer());

            assertThat(right.readExactly(3)).asString().isEqualTo("abc");
        });
    }

    /** The length may be what a peer has claimed. So large an array is more than the memory of this process. */
    @LoopTest(time = Time.REAL)
    void memoryFollowsWhatHasComeAndNotWhatIsAskedFor() throws Exception {
        withPairs((left, right) -> {
            Task<byte[]> reader = createTask(() -> right.readExactly(Integer.MAX_VALUE - 8));
            left.write(bytes("abcd"));
            awaitAllTasksParked();
            long used = usedMemory();
            assertThat(used).isLessThan(Integer.MAX_VALUE / 2L);
            assertThat(reader.isDone()).isFalse();

            reader.cancel("test");

            assertThatThrownBy(reader::await).hasCauseInstanceOf(CancelledException.class);
            assertThat(right.readExactly(4)).asString().isEqualTo("abcd");
        });
    }

    private static long usedMemory() {
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @LoopTest(time = Time.REAL)
    void endBeforeAHugeLengthKeepsWhatHasCome() throws Exception {
        withPairs((left, right) -> {
            left.write(bytes("abcd"));
            left.closeOutput();

            assertThatThrownBy(() -> right.readExactly(Integer.MAX_VALUE))
                    .isInstanceOf(IncompleteReadException.class)
                    .hasMessageContaining("4");
            assertThat(right.readAll(4)).asString().isEqualTo("abcd");
        });
    }

    // ---- of channels

    @LoopTest(time = Time.REAL)
    void rawSocketsHaveTheSameRules() throws Exception {
        try (FileChannel file = FileChannel.open(path);
                var server = ServerSocketChannel.open().bind(TcpPair.loopback());
                SocketChannel channel = SocketChannel.open(server.getLocalAddress());
                TcpStream right = TcpStream.of(server.accept())) {
            channel.configureBlocking(false);

            assertRefused("position", () -> RawSockets.sendFile(channel, file, -1, 1));
            assertRefused("count", () -> RawSockets.sendFile(channel, file, 0, -1));
            RawSockets.sendFile(channel, file, 7, Long.MAX_VALUE);
            RawSockets.sendFile(channel, file, Long.MAX_VALUE, Long.MAX_VALUE);
            assertThatThrownBy(() -> RawSockets.sendFile(channel, file, 8, 5))
                    .isInstanceOf(EOFException.class)
                    .hasMessageContaining("ended after 2 of the 5 bytes");
            RawSockets.sendFile(channel, file, 0, TEXT.length());

            assertThat(right.readExactly(15)).asString().isEqualTo("789" + "89" + TEXT);
        }
    }
}
