package io.gyre.net;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.yieldNow;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.Task;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each way to read returns over a TCP connection. */
final class TcpStreamReadTest {
    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static void letOthersPark() {
        for (int i = 0; i < 3; i++) {
            yieldNow();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void readReturnsWhatIsThere(boolean direct) throws Exception {
        TcpPair.run((left, right) -> {
            ByteBuffer buffer = direct ? ByteBuffer.allocateDirect(100) : ByteBuffer.allocate(100);
            left.write(bytes("hello"));

            int count = right.read(buffer);

            assertThat(count).isEqualTo(5);
            assertThat(UTF_8.decode(buffer.flip()).toString()).isEqualTo("hello");
        });
    }

    @Test
    void readWaitsForTheFirstByte() throws Exception {
        TcpPair.run((left, right) -> {
            Task<Integer> reader = createTask(() -> right.read(ByteBuffer.allocate(10)));
            letOthersPark();
            assertThat(reader.waitsFor())
                    .contains("readable")
                    .contains("" + left.local().getPort());

            left.write(bytes("x"));

            assertThat(reader.await()).isEqualTo(1);
        });
    }

    @Test
    void readIntoAFullBufferReturnsZero() throws Exception {
        TcpPair.run(
                (left, right) -> assertThat(right.read(ByteBuffer.allocate(0))).isZero());
    }

    @Test
    void readReturnsMinusOneAtTheEndAgainAndAgain() throws Exception {
        TcpPair.run((left, right) -> {
            left.closeOutput();

            assertThat(right.read(ByteBuffer.allocate(10))).isEqualTo(-1);
            assertThat(right.read(ByteBuffer.allocate(10))).isEqualTo(-1);
        });
    }

    @Test
    void readExactlyCollectsWhatComesInPieces() throws Exception {
        TcpPair.run((left, right) -> {
            Task<byte[]> reader = createTask(() -> right.readExactly(6));
            for (String piece : new String[] {"a", "bc", "def", "gh"}) {
                left.write(bytes(piece));
                letOthersPark();
            }

            assertThat(reader.await()).isEqualTo(bytes("abcdef"));
            assertThat(right.readExactly(2)).isEqualTo(bytes("gh"));
        });
    }

    @Test
    void readExactlyBeforeTheEndKeepsTheBytes() throws Exception {
        TcpPair.run((left, right) -> {
            left.write(bytes("abc"));
            left.closeOutput();

            assertThatThrownBy(() -> right.readExactly(5))
                    .isInstanceOfSatisfying(IncompleteReadException.class, incomplete -> {
                        assertThat(incomplete.received()).isEqualTo(3);
                        assertThat(incomplete.expected()).hasValue(5);
                        assertThat(incomplete).hasMessageContaining("3 of 5 bytes");
                    });
            assertThat(right.readExactly(3)).isEqualTo(bytes("abc"));
        });
    }

    // ---- lines

    @Test
    void readLineAcceptsBothLineEndsAndAnUnfinishedLastLine() throws Exception {
        TcpPair.run((left, right) -> {
            left.write(bytes("one\ntwo\r\n\nthree"));
            left.closeOutput();

            assertThat(right.readLine(100)).contains("one");
            assertThat(right.readLine(100)).contains("two");
            assertThat(right.readLine(100)).contains("");
            assertThat(right.readLine(100)).contains("three");
            assertThat(right.readLine(100)).isEmpty();
        });
    }

    @Test
    void readLineJoinsACharacterThatCameInTwoPieces() throws Exception {
        TcpPair.run((left, right) -> {
            byte[] line = bytes("grün\n");
            Task<String> reader = createTask(() -> right.readLine(100).orElseThrow());
            left.write(Arrays.copyOfRange(line, 0, 3));
            letOthersPark();
            left.write(Arrays.copyOfRange(line, 3, line.length));

            assertThat(reader.await()).isEqualTo("grün");
        });
    }

    @Test
    void readLineOfTheLargestLengthIsAccepted() throws Exception {
        TcpPair.run((left, right) -> {
            left.write(bytes("12345\n12345\r\n"));

            assertThat(right.readLine(5)).contains("12345");
            assertThat(right.readLine(5)).contains("12345");
        });
    }

    @Test
    void lastLineWithoutAnEndIsLimitedToo() throws Exception {
        TcpPair.run((left, right) -> {
            left.write(bytes("123456"));
            left.closeOutput();

            assertThatThrownBy(() -> right.readLine(5)).isInstanceOf(LimitExceededException.class);
            assertThat(right.readLine(6)).contains("123456");
        });
    }

    @Test
    void carriageReturnWithoutALineFeedBelongsToTheLine() throws Exception {
        TcpPair.run((left, right) -> {
            left.write(bytes("12345\rx\n"));

            assertThatThrownBy(() -> right.readLine(5)).isInstanceOf(LimitExceededException.class);
            assertThat(right.readLine(7)).contains("12345\rx");
        });
    }

    @Test
    void readLineThatIsTooLongConsumesNothing() throws Exception {
        TcpPair.run((left, right) -> {
            left.write(bytes("123456\n"));

            assertThatThrownBy(() -> right.readLine(5))
                    .isInstanceOf(LimitExceededException.class)
                    .hasMessageContaining("more than 5 bytes");
            assertThat(right.readLine(6)).contains("123456");
        });
    }

    @Test
    void endlessLineIsRefusedWithoutCollectingItAll() throws Exception {
        TcpPair.run((left, right) -> {
            Task<?> flood = createTask(() -> {
                ByteBuffer chunk = ByteBuffer.allocate(1 << 16);
                while (true) {
                    left.write(chunk.clear());
                }
            });

            assertThatThrownBy(() -> right.readLine(1024)).isInstanceOf(LimitExceededException.class);
            flood.cancel("enough");
            assertThatThrownBy(flood::await).isInstanceOf(CompletionException.class);
        });
    }

    @Test
    void bytesBehindALineGoToTheNextRead() throws Exception {
        TcpPair.run((left, right) -> {
            left.write(bytes("line\nrest"));

            assertThat(right.readLine(100)).contains("line");
            ByteBuffer buffer = ByteBuffer.allocate(100);
            assertThat(right.read(buffer)).isEqualTo(4);
            assertThat(UTF_8.decode(buffer.flip()).toString()).isEqualTo("rest");
        });
    }
}
