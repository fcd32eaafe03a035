package io.gyre.loop.testing;

import io.gyre.loop.Async;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopClosedException;
import io.gyre.loop.OffloadedCall;
import io.gyre.loop.Task;
import io.gyre.loop.spi.Failure;
import io.gyre.loop.spi.Ticker;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One test on its loop, from the creation of the loop to the verdict. */
final class LoopTestRun {
    /*
     * Design.
     *
     * The loop has its own thread, so a test that blocks this thread forever fails like any test that takes too long;
     * the daemon thread is then abandoned. JUnit's thread waits, and judges when the loop is closed.
     */

    /** How long the loop may take to answer before it counts as blocked. */
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(1);

    private static final Duration CLOSE_PATIENCE = LoopTestSettings.CLOSE_TIMEOUT.plus(ANSWER_TIMEOUT);

    private static final boolean DEBUGGED = ProcessHandle.current().info().arguments().stream()
            .flatMap(Arrays::stream)
            .anyMatch(argument -> argument.startsWith("-agentlib:jdwp") || argument.startsWith("-Xrunjdwp"));

    /** The test method. */
    @FunctionalInterface
    interface Method {
        @Nullable
        Void run() throws Throwable;
    }

    /** A loop that has not ended in time, and the time that it has left to close. */
    private record Hang(AssertionError failure, Duration patience) {}

    private final LoopTestSettings settings;
    private final List<Failure> unobserved = new CopyOnWriteArrayList<>();
    private final EventLoop loop;
    private volatile @Nullable Task<?> main;
    private boolean used;

    LoopTestRun(LoopTestSettings settings) {
        this.settings = settings;
        Ticker ticker = settings.newTicker();
        this.loop = EventLoop.create(settings.options(ticker, unobserved::add));
    }

    EventLoop loop() {
        return loop;
    }

    void closeIfUnused() {
        if (!used) {
            loop.close();
        }
    }

    /** Runs the test. JUnit's thread. */
    void run(Method method) throws Throwable {
        used = true;
        var drive = new FutureTask<@Nullable Throwable>(() -> drive(method));
        Thread.ofPlatform().daemon().name("loop-test").start(drive);
        Throwable failure;
        try {
            failure = withUnobserved(
                    DEBUGGED ? drive.get() : drive.get(settings.timeout().toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            failure = endAtOnce(drive, "the test has not ended within " + settings.timeout() + " of real time");
        } catch (InterruptedException e) {
            failure = endAtOnce(drive, "the thread that waits for the test was interrupted");
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            failure = e.getCause();
        }
        if (failure != null) {
            throw settings.named(failure);
        }
    }

    // ---- on the loop's thread

    /** {@return the exception of the method, or what it has left over} */
    private @Nullable Throwable drive(Method method) {
        try (loop) {
            Throwable failure = loop.<@Nullable Throwable, RuntimeException>runUntilComplete(() -> failureOf(method));
            return failure != null
                    ? failure
                    : loop.<@Nullable Throwable, RuntimeException>runUntilComplete(LoopTestRun::leaks);
        } catch (IllegalStateException stopped) {
            return stopped;
        }
    }

    private @Nullable Throwable failureOf(Method method) {
        main = Async.currentTask();
        try {
            method.run();
            return null;
        } catch (Throwable failure) {
            return failure;
        }
    }

    /** Lets ready tasks run, so that a task that only waits for its turn does not count as a leak. */
    private static @Nullable AssertionError leaks() {
        LoopTesting.awaitAllTasksParked();
        List<Task<?>> tasks = EventLoop.current().tasks().stream()
                .filter(task -> task != Async.currentTask() && !task.isSystem() && !LoopTesting.isBackground(task))
                .toList();
        if (!tasks.isEmpty()) {
            return new AssertionError(
                    "tasks are left over at the end of the test. Await them, cancel and await them, or"
                            + " declare them with background(...):" + TaskDump.lines(tasks));
        }
        List<OffloadedCall> calls = OffloadEnd.await(call -> !call.awaited());
        return calls.isEmpty()
                ? null
                : new AssertionError("offloaded calls still run " + OffloadEnd.PATIENCE + " after the end of the test."
                        + " Make them react to interrupts, or end them in the test:" + OffloadEnd.lines(calls));
    }

    // ---- on JUnit's thread

    private @Nullable Throwable withUnobserved(@Nullable Throwable failure) {
        Throwable outcome = failure;
        for (Failure each : unobserved) {
            var lost = new AssertionError(each.message() + " " + each.exception(), each.exception());
            if (outcome == null) {
                outcome = lost;
            } else if (outcome != each.exception()) {
                outcome.addSuppressed(lost);
            }
        }
        return outcome;
    }

    private Throwable endAtOnce(Future<?> drive, String why) {
        Hang hang = askAndStop(why);
        try {
            drive.get(hang.patience().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | InterruptedException | ExecutionException e) {
            hang.failure()
                    .addSuppressed(
                            new IllegalStateException("the loop could not be closed; its thread is abandoned", e));
        }
        return Objects.requireNonNull(withUnobserved(hang.failure()));
    }

    private Hang askAndStop(String why) {
        var answer = new CompletableFuture<AssertionError>();
        try {
            loop.callSoonThreadsafe(() -> {
                answer.complete(hung(why + ". Its tasks:" + TaskDump.of(loop)));
                loop.stop();
            });
            return new Hang(answer.get(ANSWER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS), CLOSE_PATIENCE);
        } catch (LoopClosedException closed) {
            return new Hang(hung(why + ". The loop was closed at that moment."), CLOSE_PATIENCE);
        } catch (TimeoutException | InterruptedException | ExecutionException e) {
            String blocked = ". The loop thread does not answer: a task computes or blocks it. Offload such calls.";
            return new Hang(hung(why + blocked), Duration.ZERO);
        }
    }

    private AssertionError hung(String message) {
        var failure = new AssertionError(message);
        Task<?> blamed = main;
        if (blamed != null && !blamed.isDone()) {
            failure.setStackTrace(blamed.stackTrace());
        }
        return failure;
    }
}
