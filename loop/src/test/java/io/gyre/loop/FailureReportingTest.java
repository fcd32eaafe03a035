package io.gyre.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.spi.Failure;
import io.gyre.loop.spi.FailureHandler;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class FailureReportingTest {
    @AutoClose
    private final HandDrivenLoop driven = new HandDrivenLoop();

    private final EventLoop loop = driven.loop;

    private static String fail(String message) throws IOException {
        throw new IOException(message);
    }

    private static int lineOf(Throwable marker) {
        return marker.getStackTrace()[0].getLineNumber();
    }

    /** A body that is no lambda: one class, created in many places. */
    private static final class NamedBody implements Callable<String> {
        @Override
        public String call() throws IOException {
            return fail("named");
        }
    }

    @Test
    void failureThatNobodyAwaitsIsReportedOnceWhenItHappens() {
        int line = lineOf(new Throwable()) + 1;
        loop.createTask("lost", () -> fail("boom"));

        driven.settle();

        assertThat(driven.takeFailures()).singleElement().satisfies(failure -> {
            assertThat(failure.what())
                    .isEqualTo("task 'lost' failed and nobody was waiting for it."
                            + " Await it, or give it a whenDone callback.");
            assertThat(failure.source()).isEqualTo("lost");
            assertThat(failure.exception()).isInstanceOf(IOException.class).hasMessage("boom");
            assertThat(failure.createdAt()).endsWith("(FailureReportingTest.java:" + line + ")");
            assertThat(failure.message()).contains("(created at ").contains("FailureReportingTest.java:" + line);
        });
    }

    @Test
    void placeOfAVoidBodyIsThatOfTheUser() {
        int[] line = {0};
        driven.run(() -> {
            line[0] = lineOf(new Throwable()) + 1;
            Async.createTask("void", () -> {
                throw new IOException("boom");
            });
        });

        assertThat(driven.takeFailures()).singleElement().satisfies(failure -> assertThat(failure.createdAt())
                .endsWith("(FailureReportingTest.java:" + line[0] + ")"));
    }

    @Test
    void placeOfALambdaIsTheSameEachTime() {
        for (int round = 0; round < 2; round++) {
            loop.createTask(() -> fail("boom"));
        }
        driven.settle();

        List<Failure> failures = driven.takeFailures();

        assertThat(failures).hasSize(2);
        assertThat(failures.getFirst().createdAt()).isEqualTo(failures.getLast().createdAt());
    }

    @Test
    void placeOfANamedClassIsLookedUpEachTime() {
        int line = lineOf(new Throwable()) + 1;
        loop.createTask(new NamedBody());
        loop.createTask(new NamedBody());
        driven.settle();

        assertThat(driven.takeFailures())
                .extracting(Failure::createdAt)
                .satisfiesExactly(
                        first -> assertThat(first).endsWith("FailureReportingTest.java:" + line + ")"),
                        second -> assertThat(second).endsWith("FailureReportingTest.java:" + (line + 1) + ")"));
    }

    @Test
    void debugModeKeepsTheWholeStackOfTheCreation() {
        try (var debug = new HandDrivenLoop(options -> options.withDebug(true))) {
            createInAMethod(debug.loop);
            debug.settle();

            assertThat(debug.takeFailures()).singleElement().satisfies(failure -> assertThat(failure.createdAt())
                    .contains("createInAMethod")
                    .contains("\n    at ")
                    .contains("debugModeKeepsTheWholeStackOfTheCreation"));
        }
    }

    private static void createInAMethod(EventLoop loop) {
        loop.createTask(() -> fail("boom"));
    }

    @Test
    void failureThatATaskAwaitsIsNotReported() {
        Task<String> failing = loop.createTask(() -> {
            Async.sleep(Duration.ofSeconds(1));
            return fail("boom");
        });
        Task<String> waiter = driven.start(() -> {
            try {
                return failing.await();
            } catch (java.util.concurrent.CompletionException e) {
                return "caught";
            }
        });

        driven.advance(Duration.ofSeconds(1));

        assertThat(waiter.resultNow()).isEqualTo("caught");
        assertThat(driven.takeFailures()).isEmpty();
    }

    @Test
    void failureWithADoneCallbackIsNotReported() {
        var seen = new ArrayList<Throwable>();
        loop.createTask(() -> fail("boom")).whenDone(task -> seen.add(task.exceptionNow()));

        driven.settle();

        assertThat(seen).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessage("boom"));
        assertThat(driven.takeFailures()).isEmpty();
    }

    @Test
    void failureThatAnotherThreadWaitsForIsNotReported() throws Exception {
        LoopFuture<@Nullable Void> gate = loop.createFuture();
        Task<String> failing = loop.createTask(() -> {
            gate.await();
            return fail("boom");
        });
        FutureTask<?> other = OtherThread.run(() -> org.assertj.core.api.Assertions.assertThatExceptionOfType(
                        java.util.concurrent.ExecutionException.class)
                .isThrownBy(failing::get));
        driven.runUntil(() -> !loop.core.foreignWaiters.isEmpty());

        gate.setResult(null);
        driven.settle();

        other.get();
        assertThat(driven.takeFailures()).isEmpty();
    }

    @Test
    void failureIsReportedWhenTheOnlyWaiterWasCancelled() {
        LoopFuture<@Nullable Void> gate = loop.createFuture();
        Task<String> failing = loop.createTask(() -> {
            gate.await();
            return fail("boom");
        });
        Task<String> waiter = driven.start(() -> failing.await());
        waiter.cancel("enough");
        driven.settle();

        gate.setResult(null);
        driven.settle();

        assertThat(driven.takeFailures()).hasSize(1);
    }

    @Test
    void cancelledTaskIsNotReported() {
        loop.createTask(() -> {
            Async.sleep(Duration.ofDays(1));
            return "";
        });
        driven.settle();

        loop.tasks().getFirst().cancel("enough");
        driven.settle();

        assertThat(driven.takeFailures()).isEmpty();
    }

    @Test
    void failingCallbackIsReportedWithItsPlace() {
        int line = lineOf(new Throwable()) + 1;
        loop.callSoon(() -> {
            throw new IllegalStateException("boom");
        });

        driven.settle();

        assertThat(driven.takeFailures()).singleElement().satisfies(failure -> {
            assertThat(failure.what()).startsWith("callback " + getClass().getName() + " failed");
            assertThat(failure.createdAt()).endsWith("(FailureReportingTest.java:" + line + ")");
        });
    }

    @Test
    void failingDoneCallbackIsReportedAndTheNextOneRuns() {
        var log = new ArrayList<String>();
        Task<String> task = loop.createTask(() -> "done");
        task.whenDone(done -> {
            throw new IllegalStateException("boom");
        });
        task.whenDone(done -> log.add("next"));

        driven.settle();

        assertThat(log).containsExactly("next");
        assertThat(driven.takeFailures()).hasSize(1);
    }

    @Test
    void failureReportedByALibraryReachesTheHandler() {
        var failure = new Failure("what", "source", null, new IOException("boom"));

        driven.run(() -> LowLevel.report(failure));

        assertThat(driven.takeFailures()).containsExactly(failure);
        assertThat(failure.message()).isEqualTo("what");
    }

    @Test
    void handlerThatThrowsIsContainedAndNothingIsLost() {
        List<LogRecord> records = logOf(() -> {
            try (var broken = new HandDrivenLoop(options -> options.withFailureHandler(failure -> {
                throw new IllegalStateException("broken handler");
            }))) {
                broken.start(() -> fail("boom"));
                assertThat(broken.call(() -> "the loop goes on")).isEqualTo("the loop goes on");
                broken.assertIdle();
            }
        });

        assertThat(records).singleElement().satisfies(record -> {
            assertThat(record.getLevel()).isEqualTo(Level.SEVERE);
            assertThat(record.getThrown()).hasMessage("boom");
            assertThat(record.getThrown().getSuppressed())
                    .singleElement()
                    .satisfies(suppressed -> assertThat(suppressed).hasMessage("broken handler"));
        });
    }

    @Test
    void handlerThatRethrowsTheFailureIsContained() {
        List<LogRecord> records = logOf(() -> {
            try (var broken = new HandDrivenLoop(options -> options.withFailureHandler(failure -> {
                throw (RuntimeException) failure.exception();
            }))) {
                broken.start(() -> {
                    throw new IllegalStateException("boom");
                });
                broken.assertIdle();
            }
        });

        assertThat(records).singleElement().satisfies(record -> assertThat(record.getThrown())
                .hasMessage("boom")
                .hasNoSuppressedExceptions());
    }

    @Test
    void failureGoesToTheThreadWhenTheLogIsBrokenToo() {
        var uncaught = new ArrayList<Throwable>();
        Thread.UncaughtExceptionHandler previous = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> uncaught.add(failure));
        try {
            withLogHandler(record -> brokenLog(), () -> {
                try (var broken = new HandDrivenLoop(options -> options.withFailureHandler(failure -> {
                    throw new IllegalStateException("broken handler");
                }))) {
                    broken.start(() -> fail("boom"));
                    broken.assertIdle();
                }
            });
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(previous);
        }

        assertThat(uncaught).singleElement().satisfies(failure -> {
            assertThat(failure).hasMessage("boom");
            assertThat(failure.getSuppressed())
                    .extracting(Throwable::getMessage)
                    .containsExactly("broken handler", "broken log");
        });
    }

    private static void brokenLog() {
        throw new IllegalStateException("broken log");
    }

    @Test
    void defaultHandlerLogsTheFailureWithItsStack() {
        var failure = new Failure("it failed", "source", "here", new IOException("boom"));

        List<LogRecord> records = logOf(() -> FailureHandler.logging().handle(failure));

        assertThat(records).singleElement().satisfies(record -> {
            assertThat(record.getLoggerName()).isEqualTo("io.gyre.loop");
            assertThat(record.getLevel()).isEqualTo(Level.SEVERE);
            assertThat(record.getMessage()).isEqualTo("it failed (created at here)");
            assertThat(record.getThrown()).isSameAs(failure.exception());
        });
    }

    @Test
    void defaultHandlerLogsNothingThatForgesOrGarbles() {
        var failure = new Failure(
                "the peer \u202e said \u001b[2J\nSEVERE: forged", "source", "here", new IOException("red \u009b31m"));

        List<LogRecord> records = logOf(() -> FailureHandler.logging().handle(failure));

        assertThat(records).singleElement().satisfies(record -> {
            assertThat(record.getMessage())
                    .isEqualTo("the peer \\u202e said \\u001b[2J\\nSEVERE: forged (created at here)");
            assertThat(record.getThrown()).hasToString("java.io.IOException: red \\u009b31m");
            assertThat(record.getThrown().getStackTrace())
                    .isEqualTo(failure.exception().getStackTrace());
        });
    }

    private static final class UnspeakableException extends Exception {
        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new IllegalStateException("in getMessage");
        }
    }

    @Test
    void failureThatCannotBeDescribedIsLoggedAlthoughTheHandlerThrows() {
        List<LogRecord> records = logOf(() -> {
            try (var broken = new HandDrivenLoop(options -> options.withFailureHandler(failure -> {
                throw new IllegalStateException(failure.exception().getMessage());
            }))) {
                broken.start(() -> {
                    throw new UnspeakableException();
                });
                broken.assertIdle();
            }
        });

        assertThat(records).singleElement().satisfies(record -> {
            assertThat(record.getMessage()).contains("failed and nobody was waiting for it");
            assertThat(record.getThrown().toString())
                    .startsWith(UnspeakableException.class.getName() + " (whose toString failed with ");
            assertThat(record.getThrown().getSuppressed()).singleElement().satisfies(suppressed -> assertThat(
                            suppressed)
                    .hasToString("java.lang.IllegalStateException: in getMessage"));
        });
    }

    private static List<LogRecord> logOf(Runnable action) {
        var records = new ArrayList<LogRecord>();
        withLogHandler(records::add, action);
        return records;
    }

    private static void withLogHandler(Consumer<LogRecord> log, Runnable action) {
        var recorder = new Handler() {
            @Override
            public void publish(LogRecord record) {
                log.accept(record);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger("io.gyre.loop");
        logger.addHandler(recorder);
        logger.setUseParentHandlers(false);
        try {
            action.run();
        } finally {
            logger.removeHandler(recorder);
            logger.setUseParentHandlers(true);
        }
    }
}
