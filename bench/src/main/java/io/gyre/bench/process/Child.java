package io.gyre.bench.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A process that is talked to in lines, and that ends with its standard input.
 *
 * <p><b>Resources:</b> {@link #close} ends the process. Should this JVM be killed, its children see the end of their input.
 */
public final class Child implements AutoCloseable {
    private static final long CLOSE_MILLIS = 2000;
    private static final int ERROR_CHARACTERS = 2000;

    /** The process has ended, is silent, or says what it should not. */
    public static final class Failure extends IOException {
        private static final long serialVersionUID = 1;

        private Failure(String message) {
            super(message);
        }
    }

    private final String name;
    private final Process process;
    private final Path errors;
    private final BlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();

    private Child(String name, Process process, Path errors) {
        this.name = name;
        this.process = process;
        this.errors = errors;
    }

    /**
     * Starts a process.
     *
     * @param errors where its standard error goes; deleted when the process is closed and has written none
     */
    public static Child start(String name, List<String> command, Path errors) throws IOException {
        Process process =
                new ProcessBuilder(command).redirectError(errors.toFile()).start();
        var child = new Child(name, process, errors);
        Thread.ofPlatform().daemon().name("lines of " + name).start(child::readLines);
        return child;
    }

    private void readLines() {
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            output.lines().map(Optional::of).forEach(lines::add);
        } catch (IOException | RuntimeException closed) {
            // the end, as below
        }
        lines.add(Optional.empty());
    }

    /** {@return the process id} The same as that of the program, if what starts it replaces itself by it. */
    public long pid() {
        return process.pid();
    }

    /**
     * Writes a line to the process.
     *
     * @throws Failure if the process has ended, or closed its input
     */
    public void say(String line) throws Failure {
        OutputStream input = process.getOutputStream();
        try {
            input.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            input.flush();
        } catch (IOException broken) {
            Failure failure = failed("takes no more orders");
            failure.initCause(broken);
            throw failure;
        }
    }

    /**
     * Waits for the next line.
     *
     * @throws Failure if the process ends or says nothing for so long
     */
    public String nextLine(Duration timeout) throws Failure, InterruptedException {
        Optional<String> line = lines.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
        if (line == null) {
            throw failed("has said nothing for " + timeout.toSeconds() + " s");
        }
        return line.orElseThrow(() -> failed("has ended"));
    }

    /**
     * Waits for a line that begins like this; others before it are a failure.
     *
     * @return what comes after the beginning
     */
    public String expect(String beginning, Duration timeout) throws Failure, InterruptedException {
        String line = nextLine(timeout);
        if (!line.startsWith(beginning)) {
            throw failed("said \"" + line + "\" instead of \"" + beginning + "\"");
        }
        return line.substring(beginning.length()).strip();
    }

    /** {@return a failure of this process, with what it wrote to its standard error} */
    public Failure failed(String how) {
        String written = errors();
        return new Failure(name + " " + how + (written.isEmpty() ? "" : ": " + written));
    }

    private String errors() {
        try {
            String all = Files.readString(errors).strip();
            return all.substring(Math.max(0, all.length() - ERROR_CHARACTERS));
        } catch (IOException unreadable) {
            return "";
        }
    }

    /** Tells the process to stop, as Ctrl-C does, and waits until it has ended. */
    public void interrupt() throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-INT", Long.toString(pid())).start().waitFor();
        process.waitFor(CLOSE_MILLIS, TimeUnit.MILLISECONDS);
    }

    public boolean endsWithin(Duration time) throws InterruptedException {
        return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Asks the process to end, and those that it has started; does not wait. */
    public void terminate() {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
    }

    /** Ends the process: by the end of its input, and if that does not do, by force. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
        } catch (IOException broken) {
            // it has ended already
        }
        try {
            if (!process.waitFor(CLOSE_MILLIS, TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException hurried) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        deleteEmptyErrors();
    }

    private void deleteEmptyErrors() {
        try {
            if (Files.size(errors) == 0) {
                Files.delete(errors);
            }
        } catch (IOException gone) {
            // just as well
        }
    }
}
