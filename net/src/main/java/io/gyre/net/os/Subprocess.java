package io.gyre.net.os;

import io.gyre.loop.Async;
import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.loop.TaskGroup;
import io.gyre.loop.TaskGroupException;
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
 * A running program, with its pipes as streams.
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
 * } // asked to end here, and killed if it does not
 * }
 *
 * <p>Its owner closes it. Closing asks the program and its descendants to end, and kills them after a grace period. A
 * cancelled task does so when it leaves the {@code try}. A program still running when the loop closes is ended too,
 * with a grace of at most 1 s: no program outlives its loop, unless it has detached itself from its parent, as daemons
 * do.
 *
 * <p>A pipe holds some 64 KiB. A program that writes more waits for a reader, so read its output, use
 * {@link #communicate}, or redirect it with {@link SubprocessOptions#withStderr}.
 *
 * <p><b>Confinement:</b> tasks of the loop that started it; {@link #terminate}, {@link #kill} and the accessors: any
 * thread. <b>Resources:</b> one daemon thread for each pipe in use; it ends with the process, unless a surviving daemon
 * holds the pipe open.
 *
 * <p><b>Source:</b> asyncio {@code create_subprocess_exec}. Differs: closing waits for the end and reaches descendants;
 * the exit code after a signal is 128 plus its number, as in a shell.
 *
 * @see <a href="https://docs.python.org/3/library/asyncio-subprocess.html">asyncio subprocesses</a>
 */
public final class Subprocess implements AutoCloseable {
    /*
     * Design.
     *
     * A system task waits for the end of each process. Its only purpose: when the loop closes, it is cancelled after
     * the tasks that should have closed the process, and ends the process in their place.
     *
     * While a process is being ended, its output is read and discarded: a program that writes its last words must
     * neither wait for a reader nor be killed by a closed pipe.
     */

    /** The output limit of a program run for its output; read larger output as a stream. */
    private static final int MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

    /** A killed process is gone at once, unless it is stuck in an uninterruptible system call. */
    private static final Duration KILL_LIMIT = Duration.ofSeconds(5);

    /** Less than a loop takes to close. */
    private static final Duration NEGLECTED_GRACE = Duration.ofSeconds(1);

    /** The pipes of an ended process have ended too, unless a daemon that it started holds them. */
    private static final Duration PIPE_LIMIT = Duration.ofSeconds(1);

    /** How much of a program's path a message shows. */
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

    /** Only the program: its arguments may be secrets, and this text ends up in logs. */
    private static String shown(SubprocessOptions options) {
        String program = LowLevel.describe(options.command().getFirst());
        return program.length() > SHOWN_CHARS ? program.substring(0, SHOWN_CHARS) + "..." : program;
    }

    // ---- starting

    /**
     * Starts a program with pipes.
     *
     * @param command the program and its arguments, passed unchanged: no shell interprets them
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
     * <p><b>Suspends:</b> until the program runs. <b>Cancellation:</b> before the start; once the start has begun, the
     * process is returned.
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
     * Starts a shell command line, {@code /bin/sh -c}, with pipes.
     *
     * <p><b>Beware:</b> the shell interprets quotes, dollars, semicolons and much more. Never build the command line
     * from outside input, such as a file name; pass it as an argument of {@link #exec(String...)}, or in the
     * environment.
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
     * @param command the program and its arguments, passed unchanged: no shell interprets them
     * @return its output, at most 16 MiB from each pipe
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
     * <p><b>Suspends:</b> until the program has ended. <b>Cancellation:</b> ends the program, as {@link #close} does.
     *
     * @param options what to run, and how
     * @param input its standard input
     * @param maxOutput how many bytes it may write to each pipe
     * @return its output
     * @throws SubprocessFailedException if its exit code is not 0; the message has the end of its standard error
     * @throws LimitExceededException if it writes more; it is then ended
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
     * {@return the program's standard input; closing it ends the input}
     *
     * <p>Written bytes are in flight when the call returns, as with a socket. Once the reading end is closed, one of
     * the next calls throws.
     *
     * @throws IllegalStateException if it is not a pipe
     */
    public ByteWriter stdin() {
        return pipes.stdin();
    }

    /**
     * {@return the program's standard output}
     *
     * @throws IllegalStateException if it is not a pipe
     */
    public ByteReader stdout() {
        return pipes.stdout();
    }

    /**
     * {@return the program's standard error}
     *
     * @throws IllegalStateException if it is not a pipe
     */
    public ByteReader stderr() {
        return pipes.stderr();
    }

    /**
     * Writes the program's whole input and reads all its output, at the same time; then waits for its end.
     *
     * <p><b>Suspends:</b> until the program, and every process that has its output open, has ended.
     * <b>Cancellation:</b> the program continues; its output so far goes to the next read or {@code communicate}. Part
     * of its input has been written.
     *
     * @param input its standard input; the program need not read it
     * @param maxOutput how many bytes it may write to each pipe
     * @return its exit code and its output
     * @throws CancelledException if the task is cancelled
     * @throws LimitExceededException if it writes more; it continues
     * @throws IllegalStateException if there is input and the program's standard input is not a pipe
     * @throws IOException if a pipe breaks, or the system has no threads left to serve it
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

    // ---- ending

    /**
     * Waits until the program has ended.
     *
     * <p><b>Suspends:</b> until the program has ended; forever if it waits for a reader of its output.
     * <b>Cancellation:</b> ends the wait; the program continues.
     *
     * @return its exit code; 128 plus the signal's number if a signal ended it
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

    /** Asks the program to end: SIGTERM. <b>Suspends:</b> no. Does nothing if it has already ended. */
    public void terminate() {
        process.toHandle().destroy();
    }

    /**
     * Sends a signal to the program, such as {@code HUP}, {@code USR1} or {@code INT}. Does nothing if it has already
     * ended.
     *
     * <p><b>Suspends:</b> until the system's {@code kill} program has sent it: the JDK itself supports only two
     * signals. <b>Cancellation:</b> the signal is either sent or not.
     *
     * <p><b>Source:</b> asyncio {@code Process.send_signal}.
     *
     * @param signal the name, without the prefix SIG
     * @throws IllegalArgumentException if it is not the name of a signal
     * @throws IOException if the system knows no such signal, or refuses to send it
     */
    public void sendSignal(String signal) throws IOException {
        checkLoop();
        if (!SIGNAL_NAME.matcher(signal).matches()) {
            throw new IllegalArgumentException(
                    "'" + LowLevel.describe(signal) + "' is not the name of a signal, such as HUP or USR1");
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

    /** Kills the program: SIGKILL. <b>Suspends:</b> no. Does nothing if it has already ended. */
    public void kill() {
        process.toHandle().destroyForcibly();
    }

    /**
     * Ends the program, unless it has ended: asks it and its descendants to end, and kills those still alive after the
     * grace period. Closes the pipes; unread output is lost. Idempotent.
     *
     * <p><b>Suspends:</b> until the program has ended, even in a cancelled task; little longer than the
     * {@linkplain SubprocessOptions#killGrace grace}.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        if (loop.isClosed()) {
            closed = true;
            kill(); // after the loop has ended, no task can wait
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

    /** For a process still open when the loop closes; closing must be quick, and measures real time. */
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
        LowLevel.checkLoop(
                this, loop, "A process belongs to the loop that started it; from elsewhere use loop.call(() -> ...).");
    }

    // ---- queries

    /** {@return its process id} */
    public long pid() {
        return process.pid();
    }

    /** {@return whether it is still running} */
    public boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public String toString() {
        return name;
    }
}
