package io.gyre.net.os;

import io.gyre.loop.Async;
import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.loop.TaskGroup;
import io.gyre.loop.TaskGroupException;
import io.gyre.loop.WrongLoopException;
import io.gyre.loop.spi.Failure;
import io.gyre.net.ByteReader;
import io.gyre.net.ByteWriter;
import io.gyre.net.LimitExceededException;
import io.gyre.net.os.ProcessLaunch.Launched;
import java.io.IOException;
import java.nio.charset.Charset;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;

/**
 * A program that runs beside this one, with pipes as streams.
 *
 * {@snippet :
 * String head = Subprocess.run("git", "rev-parse", "HEAD").text();
 *
 * try (Subprocess sort = Subprocess.exec("sort", "--unique")) {
 *     SubprocessOutput sorted = sort.communicate(names, 1_000_000);
 * }
 *
 * try (Subprocess log = Subprocess.exec("journalctl", "--follow")) {
 *     for (var line = log.stdout().readLine(4096); line.isPresent(); line = log.stdout().readLine(4096)) {
 *         show(line.get());
 *     }
 * } // told to end here, and killed if it does not
 * }
 *
 * <p>Its owner closes it: then it is told to end, and killed if it has not after a grace, and so are the programs that it
 * has started. A cancelled task does that on its way out of the {@code try}. What is left when the loop closes is ended, too,
 * with a grace of 1 s at the most: no program outlives its loop, except one that has left its parent on purpose, as a daemon
 * does.
 *
 * <p>A pipe holds some 64 KiB. A program that writes more waits until somebody reads, so read what it writes, or use
 * {@link #communicate}, or send it elsewhere with {@link SubprocessOptions#withStderr}.
 *
 * <p><b>Confinement:</b> tasks of the loop that it was started on; {@link #terminate}, {@link #kill} and the accessors any
 * thread. <b>Resources:</b> a daemon thread for each pipe that is used; it ends with the process, unless that
 * leaves a daemon behind which has the pipe open.
 *
 * <p><b>Source:</b> asyncio {@code create_subprocess_exec}. Differs: closing awaits the end and reaches descendants; the exit code
 * after a signal is 128 and its number, as a shell has it.
 *
 * @see <a href="https://docs.python.org/3/library/asyncio-subprocess.html">asyncio subprocesses</a>
 */
public final class Subprocess implements AutoCloseable {
    /*
     * Design.
     *
     * A system task waits for the end of each process. Nobody needs it for that; but when the loop closes it is cancelled,
     * behind the tasks that should have closed the process, and ends it in their stead.
     *
     * While a process is being ended its output is read and dropped: a program that says good-bye must neither wait for a
     * reader nor be killed by a pipe that is closed.
     */

    /** How much a program may write that is run for its output; who expects more should read it as a stream. */
    private static final int MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

    /** A process that was killed is gone at once, unless the system keeps it in a call that cannot be broken off. */
    private static final Duration KILL_LIMIT = Duration.ofSeconds(5);

    /** Less than loops take to close. */
    private static final Duration NEGLECTED_GRACE = Duration.ofSeconds(1);

    /** The pipes of a process that has ended have ended, too, unless a daemon that it has started holds them. */
    private static final Duration PIPE_LIMIT = Duration.ofSeconds(1);

    /** As much of a program's path as is good for a message. */
    private static final int SHOWN_CHARS = 60;

    private static final Duration FOREVER = ChronoUnit.FOREVER.getDuration();

    private static final Pattern SIGNAL_NAME = Pattern.compile("[A-Z][A-Z0-9+-]{0,15}");

    private static final byte[] NO_INPUT = {};

    private final EventLoop loop = EventLoop.current();
    private final SubprocessOptions options;
    private final Process process;
    private final String name;
    private final ProcessTree tree;
    private final CompletableFuture<Process> exit;
    private final Doorbell exited;
    private final Pipes pipes;
    private boolean closed;

    private Subprocess(SubprocessOptions options, Launched launched) {
        this.options = options;
        this.process = launched.process();
        this.name = "process " + process.pid() + " (" + shown(options) + ")";
        this.tree = new ProcessTree(process);
        this.exit = process.onExit();
        this.exited = new Doorbell("the end of " + name);
        this.pipes = new Pipes(name, launched, options);
    }

    /** Only the program: its arguments may be secrets, and what is shown gets into logs. */
    private static String shown(SubprocessOptions options) {
        String program = LowLevel.describe(options.command().getFirst());
        return program.length() > SHOWN_CHARS ? program.substring(0, SHOWN_CHARS) + "..." : program;
    }

    // ---- starting

    /**
     * Starts a program with pipes.
     *
     * @param command the program and its arguments, as they are: no shell looks at them
     * @return the process
     * @throws IOException if it cannot be started
     * @see #exec(SubprocessOptions)
     */
    public static Subprocess exec(String... command) throws IOException {
        return exec(SubprocessOptions.of(command));
    }

    /**
     * Starts a program.
     *
     * <p><b>Suspends:</b> until it runs. <b>Cancellation:</b> before it is started; once that has begun the process is returned.
     *
     * @param options what to run, and how
     * @return the process, to be closed
     * @throws IOException if it cannot be started; the message names the PATH or the file, and the working directory
     */
    public static Subprocess exec(SubprocessOptions options) throws IOException {
        var started = new Subprocess(options, ProcessLaunch.start(options));
        started.watch();
        return started;
    }

    /**
     * Starts a command line of the shell, {@code /bin/sh -c}, with pipes.
     *
     * <p><b>Beware:</b> the shell takes quotes, dollars, semicolons and much more for its own. Never build the command line out of
     * what comes from outside, a file name, say; hand that over as an argument of {@link #exec(String...)}, or in the environment.
     *
     * @param commandLine what the shell runs
     * @return the process of the shell
     * @throws IOException if it cannot be started
     */
    public static Subprocess shell(String commandLine) throws IOException {
        return exec("/bin/sh", "-c", commandLine);
    }

    /**
     * Runs a program to its end, without input.
     *
     * @param command the program and its arguments, as they are: no shell looks at them
     * @return what it has written, at most 16 MiB to each pipe
     * @throws SubprocessFailedException if its exit code is not 0
     * @throws IOException if it cannot be started
     * @see #run(SubprocessOptions, byte[], int)
     */
    public static SubprocessOutput run(String... command) throws IOException {
        return run(SubprocessOptions.of(command), NO_INPUT, MAX_OUTPUT_BYTES);
    }

    /**
     * Runs a program to its end.
     *
     * <p><b>Suspends:</b> until then. <b>Cancellation:</b> ends the program, as {@link #close} does.
     *
     * @param options what to run, and how
     * @param input what it can read from its standard input
     * @param maxOutput how many bytes it may write to each pipe
     * @return what it has written
     * @throws SubprocessFailedException if its exit code is not 0; the message has the end of its standard error
     * @throws LimitExceededException if it writes more; it is ended then
     * @throws IOException if it cannot be started
     * @see <a href="https://trio.readthedocs.io/en/stable/reference-io.html#trio.run_process">trio run_process</a>
     */
    public static SubprocessOutput run(SubprocessOptions options, byte[] input, int maxOutput) throws IOException {
        try (Subprocess process = exec(options)) {
            SubprocessOutput output = process.communicate(input, maxOutput);
            if (output.exitCode() != 0) {
                throw new SubprocessFailedException(process.toString(), output);
            }
            return output;
        }
    }

    private void watch() {
        exit.whenComplete((ended, never) -> exited.ring());
        loop.createSystemTask(name, () -> {
            try {
                while (!exit.isDone()) {
                    exited.awaitInBackground();
                }
            } finally {
                endNeglected();
            }
        });
    }

    // ---- pipes

    /**
     * {@return where the program reads from; closing it is its end of input}
     *
     * <p>What is written is on its way when the call returns, as with a socket. When nobody reads it any more, one of the next
     * calls throws.
     *
     * @throws IllegalStateException if it is no pipe
     */
    public ByteWriter stdin() {
        return pipes.stdin();
    }

    /**
     * {@return what the program writes}
     *
     * @throws IllegalStateException if it is no pipe
     */
    public ByteReader stdout() {
        return pipes.stdout();
    }

    /**
     * {@return what the program writes to its standard error}
     *
     * @throws IllegalStateException if it is no pipe
     */
    public ByteReader stderr() {
        return pipes.stderr();
    }

    /**
     * Gives the program its whole input, and reads all that it writes, at the same time; then awaits its end.
     *
     * <p><b>Suspends:</b> until the program has ended, and everybody who has its output open. <b>Cancellation:</b> the program goes
     * on; what it has written is delivered to the next read or {@code communicate}. Its input has been written in part.
     *
     * @param input what it can read; it need not read it
     * @param maxOutput how many bytes it may write to each pipe
     * @return its exit code and what it has written
     * @throws CancelledException if the task is cancelled
     * @throws LimitExceededException if it writes more; it goes on
     * @throws IllegalStateException if there is input and its standard input is no pipe
     * @throws IOException if a pipe breaks, or the system has no more threads to serve it
     */
    public SubprocessOutput communicate(byte[] input, int maxOutput) throws IOException {
        if (input.length > 0) {
            pipes.stdin();
        }
        try {
            return TaskGroup.<SubprocessOutput, IOException>call(group -> {
                group.createTask("input of " + name, () -> pipes.feed(input));
                Task<byte[]> stdout = group.createTask("output of " + name, () -> pipes.readStdout(maxOutput));
                byte[] stderr = pipes.readStderr(maxOutput);
                return new SubprocessOutput(await(), stdout.await(), stderr);
            });
        } catch (TaskGroupException failure) {
            if (failure.getCause() instanceof IOException broken) {
                throw broken;
            }
            throw failure;
        }
    }

    // ---- the end

    /**
     * Waits until the program has ended.
     *
     * <p><b>Suspends:</b> until then, which is never if it waits for somebody to read what it writes. <b>Cancellation:</b> ends the
     * wait; the program goes on.
     *
     * @return its exit code; 128 and its number if a signal ended it
     * @throws CancelledException if the task is cancelled
     */
    public int await() {
        checkLoop();
        awaitExit();
        return process.exitValue();
    }

    private void awaitExit() {
        LowLevel.checkpoint();
        while (!exit.isDone()) {
            exited.await();
        }
    }

    /** Tells the program to end: SIGTERM. <b>Suspends:</b> no. Does nothing if it has ended. */
    public void terminate() {
        process.toHandle().destroy();
    }

    /**
     * Sends a signal to the program, such as {@code HUP}, {@code USR1} or {@code INT}. Does nothing if it has ended.
     *
     * <p><b>Suspends:</b> until the system's program {@code kill} has sent it: the JDK itself knows two signals only. <b>Cancellation:</b>
     * sends the signal or not.
     *
     * <p><b>Source:</b> asyncio {@code Process.send_signal}.
     *
     * @param signal the name, without SIG
     * @throws IllegalArgumentException if that is no name of a signal
     * @throws IOException if the system knows no such signal, or refuses to send it
     */
    public void sendSignal(String signal) throws IOException {
        checkLoop();
        if (!SIGNAL_NAME.matcher(signal).matches()) {
            throw new IllegalArgumentException(
                    "the signal '" + LowLevel.describe(signal) + "' is not the name of a signal, such as HUP or USR1");
        }
        if (isAlive()) {
            try (Subprocess sender = exec("kill", "-s", signal, Long.toString(pid()))) {
                SubprocessOutput said = sender.communicate(NO_INPUT, MAX_OUTPUT_BYTES);
                if (said.exitCode() != 0 && isAlive()) {
                    throw new IOException("cannot send the signal " + signal + " to " + name + ": "
                            + LowLevel.describe(new String(said.stderr(), Charset.defaultCharset()).strip()));
                }
            }
        }
    }

    /** Ends the program at once: SIGKILL. <b>Suspends:</b> no. Does nothing if it has ended. */
    public void kill() {
        process.toHandle().destroyForcibly();
    }

    /**
     * Ends the program, unless it has ended: tells it, and those that it has started, to end; when the grace has passed, kills
     * what is left of them. Closes the pipes; what nobody has read is lost. Does nothing the second time.
     *
     * <p><b>Suspends:</b> until the program has ended, in a cancelled task, too; little longer than the
     * {@linkplain SubprocessOptions#killGrace grace}.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        if (loop.isClosed()) {
            closed = true;
            kill(); // behind the end of the loop nobody can wait
            pipes.abort();
            return;
        }
        checkLoop();
        closed = true;
        end();
    }

    private void end() {
        Async.shield(graceAndKill(), () -> {
            if (!exit.isDone()) {
                pipes.drop();
                tree.terminate();
                Async.moveOnAfter(options.killGrace(), () -> {
                    awaitExit();
                    tree.awaitDescendants();
                });
                tree.kill();
                if (!Async.moveOnAfter(KILL_LIMIT, this::awaitExit)) {
                    reportImmortal();
                }
            }
            pipes.abort();
            pipes.join(PIPE_LIMIT);
        });
    }

    private Duration graceAndKill() {
        Duration grace = options.killGrace();
        return grace.compareTo(FOREVER.minus(KILL_LIMIT)) > 0 ? FOREVER : grace.plus(KILL_LIMIT);
    }

    /** For one that its owner has not closed when the loop closes, which takes little time, and that real time. */
    private void endNeglected() {
        if (!exit.isDone()) {
            Async.shield(KILL_LIMIT, () -> {
                pipes.drop();
                tree.end(options.killGrace().compareTo(NEGLECTED_GRACE) < 0 ? options.killGrace() : NEGLECTED_GRACE);
                awaitExit();
                pipes.join(PIPE_LIMIT);
            });
        }
    }

    private void reportImmortal() {
        var where = new IllegalStateException(name + " was killed and has not ended within " + KILL_LIMIT);
        LowLevel.report(new Failure(
                LowLevel.describe(where.getMessage())
                        + ". The system keeps it in an uninterruptible call; Gyre no longer waits for it.",
                name,
                null,
                where));
    }

    private void checkLoop() {
        if (!loop.inLoop()) {
            throw new WrongLoopException(
                    this, loop, Async.currentTask(), "A process stays on the loop that started it.");
        }
    }

    // ---- asking

    /** {@return the number that the system knows it by} */
    public long pid() {
        return process.pid();
    }

    /** {@return whether it has not ended yet} */
    public boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public String toString() {
        return name;
    }
}
