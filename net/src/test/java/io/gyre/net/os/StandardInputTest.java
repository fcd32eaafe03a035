package io.gyre.net.os;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.BusyException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.Task;
import io.gyre.net.ByteReader;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** In other processes, because this one has no standard input to spare. */
final class StandardInputTest {
    private static void say(String text) {
        System.out.println(text);
    }

    /** Prints what it reads. */
    static final class Echo {
        private Echo() {}

        public static void main(String[] arguments) throws IOException {
            EventLoop.run(() -> {
                try (ByteReader input = StandardInput.open()) {
                    for (Optional<String> line = input.readLine(100); line.isPresent(); line = input.readLine(100)) {
                        say("read " + line.get());
                    }
                }
                say("end");
            });
        }
    }

    @Test
    void linesAreReadAsTheyAreTyped() throws Exception {
        try (Child child = Child.start(Echo.class)) {
            child.type("one\n");
            assertThat(child.line()).isEqualTo("read one");
            child.type("two\nthree");
            assertThat(child.line()).isEqualTo("read two");
            child.typeEnd();
            assertThat(child.line()).isEqualTo("read three");
            assertThat(child.line()).isEqualTo("end");
            assertThat(child.exitCode()).isZero();
        }
    }

    /** Gives up reading. */
    static final class Impatient {
        private Impatient() {}

        public static void main(String[] arguments) throws IOException {
            EventLoop.run(() -> {
                try (ByteReader input = StandardInput.open()) {
                    Task<?> reading = createTask(() -> input.readLine(100));
                    Traces.until(() -> reading.waitsFor() != null);
                    say(String.valueOf(reading.waitsFor()));
                    reading.cancelAndJoin("nothing was typed");
                }
            });
        }
    }

    @Test
    void processEndsAlthoughNothingIsTyped() throws Exception {
        try (Child child = Child.start(Impatient.class)) {
            assertThat(child.line()).isEqualTo("something to read from the standard input");
            assertThat(child.exitCode()).isZero();
        }
    }

    /** Reads with several readers, one after the other. */
    static final class Readers {
        private Readers() {}

        public static void main(String[] arguments) throws Exception {
            EventLoop.run(() -> {
                try (ByteReader first = StandardInput.open()) {
                    say("first " + first.readLine(100).orElseThrow());
                    Task<?> cancelled = createTask(() -> first.readLine(100));
                    Traces.until(() -> cancelled.waitsFor() != null);
                    cancelled.cancelAndJoin("a part of a line is there");
                    try {
                        StandardInput.open();
                    } catch (BusyException busy) {
                        say(String.valueOf(busy.getMessage()));
                    }
                }
                say("closed");
            });
            EventLoop.run(() -> {
                ByteReader forgotten = StandardInput.open();
                say("second " + forgotten.readLine(100).orElseThrow());
                Task<?> part = createTask(() -> forgotten.peek(2));
                part.await();
                say("forgotten by " + currentTask());
            });
            EventLoop.run(() -> {
                try (ByteReader third = StandardInput.open()) {
                    say("third " + third.readLine(100).orElseThrow());
                }
            });
            say("byte " + (char) System.in.read());
        }
    }

    @Test
    void nothingTypedIsLostBetweenReaders() throws Exception {
        try (Child child = Child.start(Readers.class)) {
            child.type("one\ntw");
            assertThat(child.line()).isEqualTo("first one");
            assertThat(child.line())
                    .isEqualTo("task 'main' cannot use the standard input while task 'main' does. Let one task use it,"
                            + " or take turns with a lock.");
            assertThat(child.line()).isEqualTo("closed");
            child.type("o\nth");
            assertThat(child.line()).isEqualTo("second two");
            assertThat(child.line()).isEqualTo("forgotten by task 'main'");
            child.type("ree\n");
            assertThat(child.line()).isEqualTo("third three");
            child.type("x");
            assertThat(child.line()).isEqualTo("byte x");
            assertThat(child.exitCode()).isZero();
        }
    }
}
