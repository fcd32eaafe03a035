package io.gyre.net.os;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.Task;
import io.gyre.loop.WrongLoopException;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.LoopTest.Time;
import io.gyre.loop.testing.VirtualClock;
import io.gyre.net.Descriptors;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Future.State;
import org.junit.jupiter.api.Test;

/** How a program that is run comes to its end, and that nothing of it is left. */
final class SubprocessEndTest {
    /** Says when it is ready, and cannot be told to end. */
    private static final String DEAF = "trap '' TERM; sleep 1000 & echo ready; wait";

    /** Says when it is ready, and takes leave. */
    private static final String POLITE =
            "trap 'echo bye >&2; head -c 1000000 /dev/zero; exit 3' TERM;" + " sleep 1000 & echo ready; wait";

    private static Subprocess ready(Subprocess process) throws IOException {
        assertThat(process.stdout().readLine(10)).contains("ready");
        return process;
    }

    private static void awaitToldToEnd(Task<?> closing) {
        Traces.until(() -> Objects.requireNonNullElse(closing.waitsFor(), "").startsWith("the end of process"));
    }

    @LoopTest
    void closeTellsTheProgramToEndAndAwaitsIt() throws IOException {
        Subprocess process = Subprocess.exec("sleep", "1000");

        process.close();

        Traces.assertNone(process);
        assertThat(process.await()).isEqualTo(128 + 15);
        process.close();
    }

    @LoopTest
    void closeOfAProgramThatHasEndedOnlyTidiesUp() throws IOException {
        Subprocess process = Subprocess.exec("echo", "unread");
        process.await();

        process.close();

        Traces.assertNone(process);
        assertThat(process.await()).isZero();
        assertThatThrownBy(() -> process.stdout().readLine(10)).isInstanceOf(IOException.class);
    }

    @LoopTest
    void closeLetsTheProgramFinishWhatItSays() throws IOException {
        Subprocess process = ready(Subprocess.shell(POLITE));

        process.close();

        Traces.assertNone(process);
        assertThat(process.await()).isEqualTo(3);
    }

    @LoopTest(time = Time.MANUAL)
    void programThatDoesNotEndIsKilledWhenTheGraceHasPassed(VirtualClock clock) throws IOException {
        Subprocess process = ready(Subprocess.shell(DEAF));
        long child = ProcessHandle.of(process.pid())
                .orElseThrow()
                .children()
                .findAny()
                .orElseThrow()
                .pid();
        Task<?> closing = createTask(process::close);
        awaitToldToEnd(closing);

        clock.advance(Duration.ofMillis(4999));
        assertThat(process.isAlive()).isTrue();

        clock.advance(Duration.ofMillis(1));
        closing.await();
        assertThat(process.await()).isEqualTo(128 + 9);
        Traces.assertNone(process);
        assertThat(Traces.isRunning(child))
                .as("the program that the program has started")
                .isFalse();
    }

    @LoopTest
    void withoutGraceItIsKilledAtOnce() throws IOException {
        SubprocessOptions options = SubprocessOptions.of("sh", "-c", DEAF).withKillGrace(Duration.ZERO);
        Subprocess process = ready(Subprocess.exec(options));

        process.close();

        Traces.assertNone(process);
        assertThat(process.await()).isEqualTo(128 + 9);
    }

    @LoopTest
    void whatTheProgramHasStartedEndsWithIt() throws IOException {
        Subprocess process = Subprocess.shell("sleep 1000 & echo $!; wait");
        long child = Long.parseLong(process.stdout().readLine(10).orElseThrow());
        assertThat(Traces.isRunning(child)).isTrue();

        process.close();

        assertThat(Traces.isRunning(child)).isFalse();
        Traces.assertNone(process);
    }

    /** Nobody can end a read that is blocked, so closing gives up waiting for it. */
    @LoopTest
    void daemonThatHasThePipeDoesNotKeepTheOwner() throws IOException {
        Subprocess process = Subprocess.shell("sleep 1000 & echo $!");
        ProcessHandle daemon = ProcessHandle.of(
                        Long.parseLong(process.stdout().readLine(10).orElseThrow()))
                .orElseThrow();
        Task<?> reading = createTask(() -> catchThrowable(() -> process.stdout().readLine(10)));
        assertThat(process.await()).isZero();

        process.close();

        reading.await();
        assertThat(Traces.isRunning(daemon.pid())).isTrue();
        daemon.destroyForcibly();
        Traces.until(() -> Traces.threads().isEmpty());
    }

    // ---- cancellation

    @LoopTest
    void cancelledOwnerEndsTheProgramOnItsWayOut() {
        var process = new Subprocess[1];
        Task<?> owner = createTask(() -> {
            try (Subprocess cat = Subprocess.exec("cat")) {
                process[0] = cat;
                cat.stdout().readLine(10);
            }
        });
        Traces.until(() -> process[0] != null && !Traces.threads().isEmpty());

        owner.cancel("not needed any more");

        assertThatThrownBy(owner::await).hasCauseInstanceOf(CancelledException.class);
        Traces.assertNone(process[0]);
    }

    @LoopTest
    void taskThatIsCancelledAlreadyClosesAll() throws IOException {
        Subprocess process = Subprocess.exec("sleep", "1000");
        Task<?> owner = createTask(() -> {
            io.gyre.loop.Async.currentTask().cancel("before it began");
            process.close();
        });

        owner.await(); // a close is no checkpoint
        Traces.assertNone(process);
    }

    @LoopTest(time = Time.MANUAL)
    void cancelDoesNotShortenTheGrace(VirtualClock clock) throws IOException {
        Subprocess process = ready(Subprocess.shell(DEAF));
        Task<?> closing = createTask(process::close);
        awaitToldToEnd(closing);

        closing.cancel("hurry");
        awaitAllTasksParked();
        assertThat(closing.isDone()).isFalse();
        assertThat(process.isAlive()).isTrue();

        clock.advance(Duration.ofSeconds(5));
        Traces.until(closing::isDone);
        assertThat(closing.state()).isIn(State.SUCCESS, State.CANCELLED);
        Traces.assertNone(process);
    }

    @LoopTest
    void closeWakesThoseWhoReadAndWrite() throws IOException {
        Subprocess process = Subprocess.exec("sleep", "1000");
        Task<Throwable> reading =
                createTask(() -> catchThrowable(() -> process.stdout().readLine(10)));
        Task<Throwable> writing =
                createTask(() -> catchThrowable(() -> process.stdin().write(new byte[1_000_000])));
        awaitAllTasksParked();

        process.close();

        assertThat(reading.await()).isInstanceOf(AsynchronousCloseException.class);
        assertThat(writing.await()).isInstanceOf(AsynchronousCloseException.class);
        Traces.assertNone(process);
    }

    // ---- nobody closes it

    @Test
    void programThatNobodyHasClosedEndsWithTheLoop() throws IOException {
        Subprocess process = EventLoop.<Subprocess, IOException>run(() -> {
            Subprocess sleep = Subprocess.exec("sleep", "1000");
            createTask(() -> sleep.stdout().readLine(10));
            awaitThreads();
            return sleep;
        });

        Traces.assertNone(process);
        process.close();
    }

    private static void awaitThreads() {
        Traces.until(() -> !Traces.threads().isEmpty());
    }

    @Test
    void deafProgramThatNobodyHasClosedIsKilledWhenTheLoopCloses() throws IOException {
        SubprocessOptions options = SubprocessOptions.of("sh", "-c", DEAF).withKillGrace(Duration.ofMillis(1));

        Subprocess process = EventLoop.<Subprocess, IOException>run(() -> ready(Subprocess.exec(options)));

        Traces.assertNone(process);
    }

    @Test
    void programIsOfTheLoopThatStartedIt() throws Exception {
        try (EventLoop loop = EventLoop.create()) {
            Subprocess process = loop.runUntilComplete(() -> Subprocess.exec("sleep", "1000"));

            Thread.ofPlatform()
                    .start(() -> EventLoop.run(() -> {
                        assertThatThrownBy(process::await).isInstanceOf(WrongLoopException.class);
                        assertThatThrownBy(process::close).isInstanceOf(WrongLoopException.class);
                        process.terminate();
                    }))
                    .join();

            assertThat(loop.<Integer, RuntimeException>runUntilComplete(process::await))
                    .isEqualTo(128 + 15);
        }
    }

    @LoopTest
    void noDescriptorIsLeft() throws IOException {
        Subprocess.run("true"); // opens what is opened once
        List<String> before = Descriptors.targets();

        for (int i = 0; i < 3; i++) {
            Subprocess.run("cat", "/dev/null");
            Subprocess.exec("sleep", "1000").close();
            try (Subprocess unread = Subprocess.exec("echo", "unread")) {
                unread.await();
            }
            assertThatThrownBy(() -> Subprocess.exec("no-such-program")).isInstanceOf(IOException.class);
        }

        assertThat(Descriptors.openedSince(before)).isEmpty(); // programs of earlier tests may still give theirs back
    }
}
