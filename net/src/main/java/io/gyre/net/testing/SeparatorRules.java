package io.gyre.net.testing;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gyre.loop.Task;
import io.gyre.net.IncompleteReadException;
import io.gyre.net.LimitExceededException;
import java.util.Arrays;
import java.util.Optional;

/** Reads up to an end: separators and lines. */
abstract class SeparatorRules extends ReadingRules {
    // ---- readUntil

    @StreamRule
    void readUntilReturnsTheBytesWithTheSeparatorAndLeavesTheRest() throws Exception {
        connected((left, right) -> {
            Task<?> sender = sendingAll(left, "one;two;;rest");

            assertText("one;", right.readUntil(100, utf8(";")));
            assertText("two;", right.readUntil(100, utf8(";")));
            assertText(";", right.readUntil(100, utf8(";")));
            assertText("rest", right.readAll(100));
            sender.await();
        });
    }

    @StreamRule
    void separatorIsFoundWhereverItWasSplit() throws Exception {
        byte[] message = utf8("ab\r\n\r\ncd");
        for (int cut = 1; cut < message.length; cut++) {
            int at = cut;
            connected((left, right) -> {
                Task<byte[]> reader = createTask(() -> right.readUntil(100, utf8("\r\n\r\n")));
                awaitAllTasksParked();
                sending(left, Arrays.copyOf(message, at)).await();
                awaitAllTasksParked();
                Task<?> sender = sending(left, Arrays.copyOfRange(message, at, message.length));

                assertText("ab\r\n\r\n", reader.await());
                assertText("cd", right.readExactly(2));
                sender.await();
            });
        }
    }

    @StreamRule
    void separatorIsFoundBehindItsOwnBeginning() throws Exception {
        connected((left, right) -> {
            Task<?> sender = sending(left, "\r\n\r\r\n\r\naaab");

            assertText("\r\n\r\r\n\r\n", right.readUntil(100, utf8("\r\n\r\n")));
            assertText("aaab", right.readUntil(100, utf8("aab")));
            sender.await();
        });
    }

    @StreamRule
    void ofSeveralSeparatorsTheOneThatEndsFirstCounts() throws Exception {
        connected((left, right) -> {
            Task<?> sender = sending(left, "a,b;c");

            assertText("a,", right.readUntil(100, utf8(";"), utf8(",")));
            assertText("b;", right.readUntil(100, utf8(";"), utf8(",")));
            assertText("c", right.readExactly(1));
            sender.await();
        });
    }

    @StreamRule
    void ofSeparatorsThatEndAtTheSamePlaceTheLongestCounts() throws Exception {
        connected((left, right) -> {
            Task<?> sender = sending(left, "12\r\n345\r\n");

            assertText("12\r\n", right.readUntil(2, utf8("\n"), utf8("\r\n")));
            assertText("345\r\n", right.readUntil(3, utf8("\r\n"), utf8("\n")));
            sender.await();
        });
    }

    @StreamRule
    void limitOfReadUntilCountsTheBytesBeforeTheSeparator() throws Exception {
        connected((left, right) -> {
            Task<?> sender = sendingAll(left, "12345\r\n123456\r\nno separator");

            assertText("12345\r\n", right.readUntil(5, utf8("\r\n")));
            assertThrows(LimitExceededException.class, () -> right.readUntil(5, utf8("\r\n")));
            assertText("123456\r\n", right.readUntil(6, utf8("\r\n")));
            assertThrows(LimitExceededException.class, () -> right.readUntil(5, utf8("\r\n")));
            assertText("no separator", right.readAll(100));
            sender.await();
        });
    }

    @StreamRule
    void limitStopsAPeerThatNeverSendsTheSeparator() throws Exception {
        connected((left, right) -> {
            Flood flood = Flood.into(left);

            assertThrows(LimitExceededException.class, () -> right.readUntil(1000, new byte[64]));
            assertThrows(LimitExceededException.class, () -> right.readLine(1));
            flood.stop();
        });
    }

    @StreamRule
    void endWithoutASeparatorKeepsTheBytesForTheNextRead() throws Exception {
        connected((left, right) -> {
            Task<?> sender = sendingAll(left, "abc");

            var incomplete =
                    assertThrows(IncompleteReadException.class, () -> right.readUntil(9, utf8("\n"), utf8(";")));

            assertEquals(3, incomplete.received());
            assertTrue(incomplete.expected().isEmpty());
            assertText("abc", right.readAll(100));
            sender.await();
        });
    }

    @StreamRule
    void separatorsThatAreNoneAreRefused() throws Exception {
        connected((left, right) -> {
            assertThrows(IllegalArgumentException.class, () -> right.readUntil(100));
            assertThrows(IllegalArgumentException.class, () -> right.readUntil(100, utf8("a"), utf8("")));
        });
    }

    // ---- readLine

    @StreamRule
    void readLineAcceptsBothLineEndsAndALastLineWithoutOne() throws Exception {
        connected((left, right) -> {
            Task<?> sender = sendingAll(left, "one\ntwo\r\n\n\r\nthr\ree");

            for (String line : new String[] {"one", "two", "", "", "thr\ree"}) {
                assertEquals(Optional.of(line), right.readLine(100));
            }
            assertEquals(Optional.empty(), right.readLine(100));
            sender.await();
        });
    }

    @StreamRule
    void readLineJoinsWhatWasSplitWhereverThatWas() throws Exception {
        byte[] message = utf8("grün\r\nrest");
        for (int cut = 1; cut < message.length; cut++) {
            int at = cut;
            connected((left, right) -> {
                Task<Optional<String>> reader = createTask(() -> right.readLine(100));
                awaitAllTasksParked();
                sending(left, Arrays.copyOf(message, at)).await();
                awaitAllTasksParked();
                Task<?> sender = sending(left, Arrays.copyOfRange(message, at, message.length));

                assertEquals(Optional.of("grün"), reader.await());
                assertText("rest", right.readExactly(4));
                sender.await();
            });
        }
    }

    @StreamRule
    void limitOfReadLineCountsTheBytesBeforeTheLineEnd() throws Exception {
        connected((left, right) -> {
            Task<?> sender = sendingAll(left, "12345\n12345\r\n123456\n12345\rx\n123456");

            assertEquals(Optional.of("12345"), right.readLine(5));
            assertEquals(Optional.of("12345"), right.readLine(5));
            assertThrows(LimitExceededException.class, () -> right.readLine(5));
            assertEquals(Optional.of("123456"), right.readLine(6));
            assertThrows(LimitExceededException.class, () -> right.readLine(5));
            assertEquals(Optional.of("12345\rx"), right.readLine(7));
            assertThrows(LimitExceededException.class, () -> right.readLine(5));
            assertEquals(Optional.of("123456"), right.readLine(6));
            sender.await();
        });
    }

    @StreamRule
    void readLineDecodesInTheCharsetThatIsAskedFor() throws Exception {
        connected((left, right) -> {
            byte[] latin = {(byte) 0xfc, '\n'};
            Task<?> sender = createTask(() -> {
                left.write(latin);
                left.write(latin);
            });

            assertEquals(Optional.of("ü"), right.readLine(100, ISO_8859_1));
            assertEquals(Optional.of("\ufffd"), right.readLine(100));
            sender.await();
        });
    }
}
