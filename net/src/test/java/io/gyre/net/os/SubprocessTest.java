package io.gyre.net.os;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.timeout;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static io.gyre.net.Talk.random;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.CancelledException;
import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.VirtualClock;
import io.gyre.net.ByteStream;
import io.gyre.net.LimitExceededException;
import io.gyre.net.Streams;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future.State;
import org.junit.jupiter.api.io.TempDir;

final class SubprocessTest {
    private static final int MEGABYTE = 1_000_000;

    // ---- talking

    @LoopTest
    void programAnswersLineByLine() throws IOException {
        try (Subprocess cat = Subprocess.exec("cat")) {
            for (String line : new String[] {"one", "two"}) {
                cat.stdin().write((line + "\n").getBytes(UTF_8));
                assertThat(cat.stdout().readLine(100)).contains(line);
            }
            cat.stdin().close();

            assertThat(cat.stdout().readLine(100)).isEmpty();
            assertThat(cat.stderr().readLine(100)).isEmpty();
            assertThat(cat.await()).isZero();
        }
    }

    @LoopTest
    void pipesMakeAStream() throws IOException {
        byte[] sent = random(MEGABYTE);
        try (Subprocess cat = Subprocess.exec("cat")) {
            ByteStream stream = Streams.staple(cat.stdout(), cat.stdin());
            Task<?> writer = createTask(() -> {
                stream.write(sent);
                stream.closeOutput();
            });

            assertThat(stream.readAll(MEGABYTE)).isEqualTo(sent);
            writer.await();
        }
    }

    @LoopTest
    void outputCanBeReadWhenTheProgramHasEnded() throws IOException {
        try (Subprocess shell = Subprocess.shell("echo one; echo two; echo error >&2; exit 3")) {
            assertThat(shell.await()).isEqualTo(3);
            assertThat(shell.isAlive()).isFalse();

            assertThat(shell.stdout().readAll(100)).asString().isEqualTo("one\ntwo\n");
            assertThat(shell.stderr().readAll(100)).asString().isEqualTo("error\n");
        }
    }

    @LoopTest
    void writeToAProgramThatDoesNotReadFailsWhenItHasEnded() throws IOException {
        try (Subprocess gone = Subprocess.exec("true")) {
            gone.await();

            assertThatThrownBy(() -> {
                        for (; ; ) {
                            gone.stdin().write(new byte[100]);
                        }
                    })
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("nobody reads the standard input of process " + gone.pid() + " (true)");
        }
    }

    // ---- communicate and run

    @LoopTest
    void communicateWritesAndReadsAtTheSameTime() throws IOException {
        byte[] input = random(10 * MEGABYTE);
        try (Subprocess cat = Subprocess.exec("cat")) {
            SubprocessOutput output = cat.communicate(input, 10 * MEGABYTE);

            assertThat(output.exitCode()).isZero();
            assertThat(output.stdout()).isEqualTo(input);
            assertThat(output.stderr()).isEmpty();
        }
    }

    @LoopTest
    void communicateReadsBothPipesAtTheSameTime() throws IOException {
        String script = "head -c 10000000 /dev/zero & head -c 10000000 /dev/zero >&2 & wc -c; wait";
        try (Subprocess shell = Subprocess.shell(script)) {
            SubprocessOutput output = shell.communicate(random(MEGABYTE), 11 * MEGABYTE);

            assertThat(output.exitCode()).isZero();
            assertThat(output.stdout()).hasSize(10 * MEGABYTE + "1000000\n".length());
            assertThat(output.stderr()).hasSize(10 * MEGABYTE);
            assertThat(output).hasToString("SubprocessOutput[exit code 0, 10000008 and 10000000 bytes]");
        }
    }

    @LoopTest
    void programNeedNotReadItsInput() throws IOException {
        try (Subprocess blind = Subprocess.shell("exit 5")) {
            assertThat(blind.communicate(random(MEGABYTE), 0).exitCode()).isEqualTo(5);
        }
    }

    @LoopTest
    void communicateStopsAtTheLimit() throws IOException {
        try (Subprocess endless = Subprocess.exec("cat", "/dev/zero")) {
            assertThatThrownBy(() -> endless.communicate(new byte[0], 1000))
                    .isInstanceOf(LimitExceededException.class)
                    .hasMessageContaining("the standard output of process");

            assertThat(endless.isAlive()).isTrue();
        }
    }

    @LoopTest
    void cancelledCommunicateCanBeRepeatedAndLosesNothing() throws IOException {
        try (Subprocess shell = Subprocess.shell("echo one; read x; echo two")) {
            Task<SubprocessOutput> cancelled = createTask(() -> {
                shell.stdin().setWriteTimeout(null);
                return shell.communicate(new byte[0], 100);
            });
            cancelled.cancel("before it began");
            awaitAllTasksParked();
            assertThat(cancelled.state()).isEqualTo(State.CANCELLED);
            assertThat(shell.stdout().peek(4)).asString().isEqualTo("one\n");

            Task<?> reading = createTask(() -> shell.stdout().readAll(100));
            awaitAllTasksParked();
            reading.cancel("while parked");
            awaitAllTasksParked();

            SubprocessOutput output = shell.communicate("\n".getBytes(UTF_8), 100);
            assertThat(output.text()).isEqualTo("one\ntwo");
        }
    }

    @LoopTest
    void runReturnsWhatTheProgramHasWritten() throws IOException {
        assertThat(Subprocess.run("echo", "hello  ").text()).isEqualTo("hello");
        assertThat(Subprocess.run(SubprocessOptions.of("tr", "a-z", "A-Z"), "shout".getBytes(UTF_8), 100)
                        .text())
                .isEqualTo("SHOUT");
        assertThat(Traces.threads()).isEmpty();
    }

    @LoopTest
    void runThrowsWithTheLastWordsOfAProgramThatFails() {
        assertThatThrownBy(() -> Subprocess.run("sh", "-c", "echo cannot do that >&2; exit 7"))
                .isInstanceOfSatisfying(
                        SubprocessFailedException.class,
                        failure -> assertThat(failure.output().exitCode()).isEqualTo(7))
                .hasMessageMatching(
                        "(?s)process \\d+ \\(sh\\) ended with exit code 7; its standard error: cannot do that");
        assertThatThrownBy(() -> Subprocess.run("false")).hasMessageEndingWith("exit code 1 and has written nothing");
        assertThatThrownBy(() -> Subprocess.run("sh", "-c", "yes | head -c 5000; exit 1"))
                .message()
                .contains("its standard output: ...")
                .hasSizeLessThan(2200);
    }

    @LoopTest
    void runOfAProgramThatWritesTooMuchEndsIt() {
        assertThatThrownBy(() -> Subprocess.run(SubprocessOptions.of("cat", "/dev/zero"), new byte[0], 1000))
                .isInstanceOf(LimitExceededException.class);

        assertThat(ProcessHandle.current().children()).isEmpty();
        assertThat(Traces.threads()).isEmpty();
    }

    @LoopTest
    void cancelledRunEndsTheProgram() {
        Task<?> run = createTask(() -> Subprocess.run("sleep", "1000"));
        Traces.until(() -> ProcessHandle.current().children().findAny().isPresent());

        run.cancel("not needed any more");

        assertThatThrownBy(run::await).hasCauseInstanceOf(CancelledException.class);
        assertThat(ProcessHandle.current().children()).isEmpty();
        assertThat(Traces.threads()).isEmpty();
    }

    // ---- awaiting

    @LoopTest
    void awaitReturnsTheExitCodeAgainAndAgain() throws IOException {
        try (Subprocess failing = Subprocess.exec("false")) {
            assertThat(failing.await()).isEqualTo(1);
            assertThat(failing.await()).isEqualTo(1);
        }
    }

    @LoopTest
    void severalTasksAwaitOneProgram() throws IOException {
        try (Subprocess cat = Subprocess.exec("cat")) {
            Task<Integer> one = createTask(cat::await);
            Task<Integer> two = createTask(cat::await);
            awaitAllTasksParked();
            assertThat(one.waitsFor()).isEqualTo("the end of process " + cat.pid() + " (cat)");

            cat.stdin().close();

            assertThat(one.await()).isZero();
            assertThat(two.await()).isZero();
        }
    }

    @LoopTest
    void cancelEndsTheWaitAndLeavesTheProgramAlone() throws IOException {
        try (Subprocess cat = Subprocess.exec("cat")) {
            Task<Integer> before = createTask(cat::await);
            before.cancel("before it began");
            Task<Integer> parked = createTask(cat::await);
            awaitAllTasksParked();
            parked.cancel("while parked");
            awaitAllTasksParked();

            assertThat(before.state()).isEqualTo(State.CANCELLED);
            assertThat(parked.state()).isEqualTo(State.CANCELLED);
            assertThat(cat.isAlive()).isTrue();
            cat.stdin().close();
            assertThat(cat.await()).isZero();
        }
    }

    @LoopTest
    void exitCodeCanBeHadAfterACancellationThatCameWithIt() throws IOException {
        try (Subprocess cat = Subprocess.exec("cat")) {
            Task<Integer> waiting = createTask(cat::await);
            awaitAllTasksParked();
            cat.stdin().close();
            Traces.spinUntil(() -> !cat.isAlive());

            waiting.cancel("at the same moment");

            assertThatThrownBy(waiting::await).isInstanceOf(CompletionException.class);
            assertThat(cat.await()).isZero();
        }
    }

    @LoopTest
    void signalFromOutsideShowsInTheExitCode() throws IOException {
        try (Subprocess killed = Subprocess.exec("sleep", "1000")) {
            Subprocess.run("kill", "-KILL", Long.toString(killed.pid()));
            assertThat(killed.await()).isEqualTo(128 + 9);
        }
        try (Subprocess told = Subprocess.exec("sleep", "1000")) {
            told.terminate();
            assertThat(told.await()).isEqualTo(128 + 15);
            told.terminate();
            told.kill();
        }
    }

    @LoopTest
    void programDoesNotHoldTheClockUnlessSomebodyWaitsForIt(VirtualClock clock) throws IOException {
        try (Subprocess cat = Subprocess.exec("cat")) {
            io.gyre.loop.Async.sleep(Duration.ofHours(1));
            assertThat(clock.elapsed()).isEqualTo(Duration.ofHours(1));

            Task<String> line = createTask(() -> timeout(
                    Duration.ofSeconds(1), () -> cat.stdout().readLine(100).orElseThrow()));
            cat.stdin().write("in time\n".getBytes(UTF_8));
            assertThat(line.await()).isEqualTo("in time");
        }
    }

    // ---- options

    @LoopTest
    void optionsSayWhereItRuns(@TempDir Path directory) throws IOException {
        assertThat(Subprocess.run(SubprocessOptions.of("pwd").withDirectory(directory), new byte[0], 1000)
                        .text())
                .isEqualTo(directory.toRealPath().toString());
    }

    @LoopTest
    void optionsChangeTheEnvironment() throws IOException {
        SubprocessOptions options = SubprocessOptions.of("sh", "-c", "echo $GYRE_TEST-${HOME-none}-${PATH:+path}")
                .withEnvironment("GYRE_TEST", "first")
                .withEnvironment("GYRE_TEST", "second")
                .withoutEnvironment("HOME");

        assertThat(Subprocess.run(options, new byte[0], 1000).text()).isEqualTo("second-none-path");
    }

    @LoopTest
    void stderrCanBeMerged() throws IOException {
        SubprocessOptions options = SubprocessOptions.of("sh", "-c", "echo one; echo two >&2; echo three")
                .withStderrMerged();
        try (Subprocess merged = Subprocess.exec(options)) {
            assertThat(merged.communicate(new byte[0], 1000).text()).isEqualTo("one\ntwo\nthree");
            assertThatThrownBy(merged::stderr)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("the standard error of " + merged + " is not a pipe: it is merged");
        }
    }

    @LoopTest
    void streamsCanBeFiles(@TempDir Path directory) throws IOException {
        Path in = Files.writeString(directory.resolve("in"), "from a file");
        Path out = directory.resolve("out");
        SubprocessOptions options = SubprocessOptions.of("sh", "-c", "cat; echo error >&2")
                .withStdin(Redirect.from(in.toFile()))
                .withStdout(Redirect.to(out.toFile()))
                .withStderr(Redirect.DISCARD);
        try (Subprocess program = Subprocess.exec(options)) {
            assertThat(program.communicate(new byte[0], 10).stdout()).isEmpty();

            assertThat(out).hasContent("from a file");
            assertThatThrownBy(program::stdin).hasMessageContaining("is not a pipe");
            assertThatThrownBy(program::stdout).hasMessageContaining("is not a pipe");
            assertThatThrownBy(() -> program.communicate(new byte[1], 10)).isInstanceOf(IllegalStateException.class);
        }
    }

    @LoopTest
    void discardedInputIsEmpty() throws IOException {
        SubprocessOptions options = SubprocessOptions.of("wc", "-c").withStdin(Redirect.DISCARD);
        try (Subprocess count = Subprocess.exec(options)) {
            assertThat(count.stdout().readLine(10)).contains("0");
        }
    }

    // ---- what cannot be started

    @LoopTest
    void programThatIsNotOnThePathIsNamedWithThePath() {
        assertThatThrownBy(() -> Subprocess.exec("no-such-program", "argument"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot start 'no-such-program'")
                .hasMessageContaining(System.getenv("PATH"))
                .hasMessageContaining("No such file");
    }

    @LoopTest
    void fileThatIsNoProgramIsNamed(@TempDir Path directory) throws IOException {
        Files.writeString(directory.resolve("text"), "");

        assertThatThrownBy(() -> Subprocess.exec("/no/such/program"))
                .hasMessageContaining("/no/such/program does not exist");
        assertThatThrownBy(() -> Subprocess.exec(SubprocessOptions.of("./text").withDirectory(directory)))
                .hasMessageContaining("text is not an executable file");
    }

    @LoopTest
    void directoryThatIsMissingIsNamed(@TempDir Path directory) {
        Path missing = directory.resolve("missing");

        assertThatThrownBy(() -> Subprocess.exec(SubprocessOptions.of("true").withDirectory(missing)))
                .hasMessageContaining("its working directory, " + missing);
        assertThatThrownBy(
                        () -> Subprocess.exec(SubprocessOptions.of("true").withStdin(Redirect.from(missing.toFile()))))
                .hasMessageContaining(missing.toString());
    }

    @LoopTest
    void nonsenseIsRefused() {
        assertThatThrownBy(SubprocessOptions::of).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SubprocessOptions.of("")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SubprocessOptions.of("true").withKillGrace(Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Subprocess.exec("true", "\0")).isInstanceOf(IOException.class);
    }

    @LoopTest
    void cancelBeforeTheStartStartsNothing() {
        Task<?> cancelled = createTask(() -> {
            currentTask().cancel("before it began");
            Subprocess.exec("sleep", "1000");
        });

        assertThatThrownBy(cancelled::await).hasCauseInstanceOf(CancelledException.class);
        assertThat(ProcessHandle.current().children()).isEmpty();
    }

    // ---- a child that goes on when the shell has ended

    @LoopTest
    void whatABackgroundChildWritesWhenTheShellHasEndedArrives() throws IOException {
        assertThat(Subprocess.run("sh", "-c", "(sleep 0.2; echo late) & echo early")
                        .text())
                .isEqualTo("early\nlate");
    }

    @LoopTest
    void backgroundChildIsNotKilledByAPipeThatIsClosedTooEarly(@TempDir Path directory) throws IOException {
        Path proof = directory.resolve("proof");

        SubprocessOutput output = Subprocess.run(
                "sh",
                "-c",
                "(sleep 0.2; echo late; echo late >&2; echo alive > \"$0\") & echo early",
                proof.toString());

        assertThat(output.text()).isEqualTo("early\nlate");
        assertThat(output.stderr()).asString().isEqualTo("late\n");
        assertThat(proof).hasContent("alive");
    }

    @LoopTest
    void streamOfABackgroundChildGoesOnBehindTheEndOfTheShell(@TempDir Path directory) throws IOException {
        Path pipe = directory.resolve("pipe");
        Subprocess.run("mkfifo", pipe.toString());
        SubprocessOptions options =
                SubprocessOptions.of("sh", "-c", "(read line < \"$0\"; echo late $line) & echo early", pipe.toString());
        try (Subprocess shell = Subprocess.exec(options)) {
            assertThat(shell.await()).isZero();
            assertThat(shell.stdout().readLine(100)).contains("early");

            offload(() -> {
                Files.writeString(pipe, "word\n");
            });

            assertThat(shell.stdout().readLine(100)).contains("late word");
            assertThat(shell.stdout().readLine(100)).isEmpty();
        }
    }

    // ---- secrets

    @LoopTest
    void argumentsAreNeitherInTheTextNorInFailures() throws IOException {
        String secret = "hunter2";
        try (Subprocess shell = Subprocess.exec("sh", "-c", "echo x; read line", secret)) {
            assertThat(shell.toString()).contains("(sh)").doesNotContain(secret);
            assertThatThrownBy(() -> shell.stdout().readExactly(-1)).message().doesNotContain(secret);
            assertThatThrownBy(() -> shell.stdout().readLine(0))
                    .message()
                    .contains("(sh)")
                    .doesNotContain(secret);
            assertThat(shell.stdin().toString() + shell.stdout() + shell.stderr())
                    .doesNotContain(secret);
        }
        assertThatThrownBy(() -> Subprocess.run("sh", "-c", "exit 3", secret))
                .isInstanceOf(SubprocessFailedException.class)
                .hasMessageContaining("(sh)")
                .satisfies(failure -> assertThat(textOf(failure)).doesNotContain(secret));
        assertThatThrownBy(() -> Subprocess.exec("no-such-program", secret))
                .satisfies(failure -> assertThat(textOf(failure)).doesNotContain(secret));
        assertThatThrownBy(() -> Subprocess.exec("/no/such/program", secret))
                .satisfies(failure -> assertThat(textOf(failure)).doesNotContain(secret));
        assertThatThrownBy(() -> Subprocess.exec("true", secret + "\0"))
                .satisfies(failure -> assertThat(textOf(failure)).doesNotContain(secret));
    }

    private static String textOf(Throwable failure) {
        var text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    // ---- grace without end

    @LoopTest
    void graceMayBeForever() throws IOException {
        SubprocessOptions options =
                SubprocessOptions.of("sleep", "1000").withKillGrace(ChronoUnit.FOREVER.getDuration());
        Subprocess sleep = Subprocess.exec(options);

        sleep.close();

        assertThat(sleep.isAlive()).isFalse();
        assertThat(sleep.await()).isEqualTo(128 + 15);
    }
}
