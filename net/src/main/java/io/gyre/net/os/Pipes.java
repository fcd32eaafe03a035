package io.gyre.net.os;

import io.gyre.loop.LowLevel;
import io.gyre.net.os.ProcessLaunch.Launched;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The pipes to and from a process, as far as it has any. */
final class Pipes {
    private static final byte[] NOTHING = {};

    private final String process;
    private final SubprocessOptions options;
    private final @Nullable WritingThread stdinThread;
    private final @Nullable ReadingThread stdoutThread;
    private final @Nullable ReadingThread stderrThread;
    private final @Nullable ThreadedWriter stdin;
    private final @Nullable ThreadedReader stdout;
    private final @Nullable ThreadedReader stderr;

    Pipes(String name, Launched launched, SubprocessOptions options) {
        this(name, launched, options, PumpThread::daemon);
    }

    /** @param threads returns the factory for threads of a given name */
    Pipes(String name, Launched launched, SubprocessOptions options, Function<String, ThreadFactory> threads) {
        Process process = launched.process();
        this.process = name;
        this.options = options;
        String prefix = "gyre-process-" + process.pid();
        stdinThread = isPipe(options.stdin()) ? writing(prefix + "-stdin", process.getOutputStream(), threads) : null;
        stdoutThread = isPipe(options.stdout()) ? reading(prefix + "-stdout", launched.stdout(), threads) : null;
        stderrThread = isPipe(options.stderr()) && !options.mergeStderr()
                ? reading(prefix + "-stderr", launched.stderr(), threads)
                : null;
        stdin = stdinThread == null ? null : new ThreadedWriter("the standard input of " + name, stdinThread);
        stdout = stdoutThread == null ? null : new ThreadedReader("the standard output of " + name, stdoutThread);
        stderr = stderrThread == null ? null : new ThreadedReader("the standard error of " + name, stderrThread);
    }

    private static WritingThread writing(String name, OutputStream pipe, Function<String, ThreadFactory> threads) {
        return new WritingThread(name, pipe, threads.apply(name));
    }

    private static ReadingThread reading(String name, InputStream pipe, Function<String, ThreadFactory> threads) {
        return ReadingThread.owning(name, pipe, threads.apply(name));
    }

    static boolean isPipe(Redirect redirect) {
        return redirect.equals(Redirect.PIPE);
    }

    // ---- single pipes

    ThreadedWriter stdin() {
        return require(stdin, "input", options.stdin().toString());
    }

    ThreadedReader stdout() {
        return require(stdout, "output", options.stdout().toString());
    }

    ThreadedReader stderr() {
        return require(
                stderr,
                "error",
                options.mergeStderr()
                        ? "merged into the standard output"
                        : options.stderr().toString());
    }

    private <S> S require(@Nullable S stream, String which, String instead) {
        if (stream == null) {
            throw new IllegalStateException("the standard " + which + " of " + process + " is not a pipe: it is "
                    + instead + ". Ask for Redirect.PIPE in the options.");
        }
        return stream;
    }

    // ---- talking to the process

    /**
     * Writes all input, then ends it. It is no failure if the process does not read it.
     *
     * @throws NoThreadException if no thread can write it; the process would wait in vain
     */
    void feed(byte[] input) throws NoThreadException {
        if (stdin == null) {
            return;
        }
        LowLevel.checkpoint(); // before the end is sent, which cannot be taken back
        try {
            if (input.length > 0) {
                stdin.write(input);
            }
            stdin.close();
        } catch (NoThreadException notFed) {
            throw notFed;
        } catch (IOException nobodyReads) {
            // the exit code will tell
        }
    }

    byte[] readStdout(int maxBytes) throws IOException {
        return stdout == null ? NOTHING : stdout.readAll(maxBytes);
    }

    byte[] readStderr(int maxBytes) throws IOException {
        return stderr == null ? NOTHING : stderr.readAll(maxBytes);
    }

    // ---- the end

    /** Ends the input and discards the output, so that the process can finish. */
    void drop() {
        if (stdoutThread != null) {
            stdoutThread.discardRest();
        }
        if (stderrThread != null) {
            stderrThread.discardRest();
        }
        abort();
    }

    /** Closes all pipes. */
    void abort() {
        if (stdin != null) {
            stdin.abort();
        }
        if (stdout != null) {
            stdout.abort();
        }
        if (stderr != null) {
            stderr.abort();
        }
    }

    /** Waits for the threads, each up to a limit. */
    void join(Duration limit) {
        try {
            if (stdinThread != null) {
                stdinThread.join(limit);
            }
            if (stdoutThread != null) {
                stdoutThread.join(limit);
            }
            if (stderrThread != null) {
                stderrThread.join(limit);
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }
}
