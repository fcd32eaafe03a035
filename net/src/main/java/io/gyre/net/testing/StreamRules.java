package io.gyre.net.testing;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopStatistics;
import io.gyre.loop.Task;
import io.gyre.net.ByteReader;
import io.gyre.net.ByteStream;
import io.gyre.net.ByteWriter;
import io.gyre.net.testing.ByteStreamContract.Trait;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** The common base of the stream rules. */
abstract class StreamRules {
    /*
     * Design.
     *
     * The rules are methods of a chain of classes, one class per subject, because JUnit reports by class: a user of the
     * suite finds all rules under the name of the user's test.
     *
     * No rule may assume that a stream accepts bytes before its peer reads, so each writer is a separate task.
     */

    /** More than any rule that reads everything sends. */
    static final int PLENTY = 128 << 20;

    abstract StreamPair<?> open() throws Exception;

    abstract Set<Trait> traits();

    final boolean has(Trait trait) {
        return traits().contains(trait);
    }

    /** A rule about two connected streams. */
    @FunctionalInterface
    interface Rule {
        void check(ByteStream left, ByteStream right) throws Exception;
    }

    /** Checks a rule with a new pair, and checks that the pair leaves nothing behind. */
    final void connected(Rule rule) throws Exception {
        awaitAllTasksParked();
        LoopStatistics before = EventLoop.current().statistics();
        StreamPair<?> pair = open();
        try {
            rule.check(pair.left(), pair.right());
        } finally {
            pair.left().abort();
            pair.right().abort();
        }
        awaitAllTasksParked();
        LoopStatistics after = EventLoop.current().statistics();
        assertEquals(before.tasks(), after.tasks(), "tasks, after the streams were closed as before they were opened");
        assertEquals(before.timers(), after.timers(), "timers, likewise");
        assertEquals(before.channels(), after.channels(), "registered channels, likewise");
    }

    static byte[] utf8(String text) {
        return text.getBytes(UTF_8);
    }

    static Task<@Nullable Void> sending(ByteWriter writer, byte[] bytes) {
        return createTask("sender", () -> writer.write(bytes));
    }

    static Task<@Nullable Void> sending(ByteWriter writer, String text) {
        return sending(writer, utf8(text));
    }

    /** Sends, and ends the output. */
    static Task<@Nullable Void> sendingAll(ByteStream stream, String text) {
        return createTask("sender", () -> {
            stream.write(utf8(text));
            stream.closeOutput();
        });
    }

    /** {@return a task that waits for a byte} */
    static Task<Integer> reading(ByteReader reader) {
        return createTask("reader", () -> reader.read(ByteBuffer.allocate(1)));
    }

    /** Requires that a task has failed with this type, and returns the failure. Suspends. */
    static <X extends Throwable> X failure(Class<X> type, Task<?> task) {
        return assertInstanceOf(
                type, assertThrows(CompletionException.class, task::await).getCause());
    }

    static void assertText(String expected, byte[] actual) {
        assertEquals(expected, new String(actual, UTF_8));
    }

    /** Requires that a failure mentions a text. */
    static void assertTells(Throwable failure, String what) {
        assertTrue(String.valueOf(failure.getMessage()).contains(what), () -> "no '" + what + "' in: " + failure);
    }

    static void assertEnd(ByteReader reader) throws Exception {
        assertEquals(-1, reader.read(ByteBuffer.allocate(1)), "what read returns at the end");
    }

    /** Requires that a reader has nothing to deliver now. Suspends. */
    static void assertNothingToRead(ByteReader reader) {
        Task<Integer> read = reading(reader);
        awaitAllTasksParked();
        assertTrue(!read.isDone(), "a read has returned, and there should be nothing to read");
        read.cancelAndJoin("there is nothing");
        assertTrue(read.isCancelled());
    }

    /** Reads the {@link KnownBytes} that a {@link Flood} or similar has written. Suspends. */
    static void assertKnown(ByteReader reader, int count) throws Exception {
        assertArrayEquals(KnownBytes.of(count), reader.readExactly(count));
    }
}
