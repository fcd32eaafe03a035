package io.gyre.net.os;

import io.gyre.loop.Async;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Offloading;
import io.gyre.loop.OnCancel;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Starts programs, and explains why a program cannot be started. */
final class ProcessLaunch {
    /** Even a cancelled task waits for a start that has begun, so that no process is left unowned. */
    private static final Offloading PATIENT = Offloading.onLoopExecutor().withOnCancel(OnCancel.WAIT);

    private static final boolean WINDOWS = File.separatorChar == '\\';

    private ProcessLaunch() {}

    /**
     * A started process.
     *
     * @param process the process
     * @param stdout its standard output, if that is a pipe
     * @param stderr its standard error, if that is a pipe
     */
    record Launched(Process process, InputStream stdout, InputStream stderr) {
        static Launched of(Process process) {
            return new Launched(process, process.getInputStream(), process.getErrorStream());
        }
    }

    /** {@return the process} Suspends: the JDK waits until the program runs or fails to start. */
    static Launched start(SubprocessOptions options) throws IOException {
        return Async.<Launched, IOException>offload(PATIENT, () -> {
            try {
                return launch(options);
            } catch (IOException failure) {
                throw explained(options, failure);
            }
        });
    }

    private static Launched launch(SubprocessOptions options) throws IOException {
        boolean stdout = Pipes.isPipe(options.stdout());
        boolean stderr = Pipes.isPipe(options.stderr()) && !options.mergeStderr();
        NamedPipes pipes = makePipes((stdout ? 1 : 0) + (stderr ? 1 : 0));
        if (pipes == null) {
            return Launched.of(builder(options).start());
        }
        try (pipes) {
            ProcessBuilder builder = builder(options);
            int ofStderr = stdout ? 1 : 0;
            if (stdout) {
                builder.redirectOutput(pipes.target(0));
            }
            if (stderr) {
                builder.redirectError(pipes.target(ofStderr));
            }
            Process process = builder.start();
            return new Launched(
                    process,
                    stdout ? pipes.take(0) : process.getInputStream(),
                    stderr ? pipes.take(ofStderr) : process.getErrorStream());
        }
    }

    /**
     * {@return this many pipes; null if none are needed, or the system has no mkfifo: then the JDK's pipes have to do}
     */
    private static @Nullable NamedPipes makePipes(int count) {
        if (count == 0 || WINDOWS) {
            return null;
        }
        try {
            return NamedPipes.make(count);
        } catch (IOException noSuchPipes) {
            return null;
        }
    }

    private static ProcessBuilder builder(SubprocessOptions options) {
        Path directory = options.directory();
        var builder = new ProcessBuilder(options.command())
                .directory(directory == null ? null : directory.toFile())
                .redirectInput(isDiscard(options.stdin()) ? nothing() : options.stdin())
                .redirectOutput(options.stdout())
                .redirectError(options.mergeStderr() ? Redirect.PIPE : options.stderr())
                .redirectErrorStream(options.mergeStderr());
        Map<String, String> environment = builder.environment();
        options.environment()
                .forEach((name, value) -> value.ifPresentOrElse(
                        present -> environment.put(name, present), () -> environment.remove(name)));
        return builder;
    }

    private static boolean isDiscard(Redirect redirect) {
        return redirect.equals(Redirect.DISCARD);
    }

    private static Redirect nothing() {
        return Redirect.from(new File(WINDOWS ? "NUL" : "/dev/null"));
    }

    private static IOException explained(SubprocessOptions options, IOException failure) {
        String program = options.command().getFirst();
        return new IOException("cannot start '" + program + "': " + reason(options, program, failure), failure);
    }

    private static String reason(SubprocessOptions options, String program, IOException failure) {
        Path directory = options.directory();
        if (directory != null && !Files.isDirectory(directory)) {
            return "its working directory, " + directory + ", is not a directory or does not exist";
        }
        String words = failure.getCause() == null
                ? LowLevel.describe(failure.getMessage())
                : LowLevel.describe(failure.getCause().getMessage());
        if (words == null || !words.startsWith("Exec failed")) {
            return words == null ? failure.toString() : words; // a redirect target, or an argument
        }
        Path here = (directory == null ? Path.of("") : directory).toAbsolutePath();
        if (program.indexOf(File.separatorChar) < 0) {
            return "it cannot be found or run on the PATH that this process was started with, " + System.getenv("PATH")
                    + " (working directory " + here + "). " + words;
        }
        Path file = here.resolve(program);
        return file + (Files.exists(file) ? " is not an executable file. " : " does not exist. ") + words;
    }
}
