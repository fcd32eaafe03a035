package io.gyre.net.peers;

import static io.gyre.loop.Async.offload;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** A program of this machine that talks to us: its command, with files for what goes in and comes out. */
public final class Peer {
    private static final int PATIENCE_SECONDS = 60;

    private final Path directory;
    private final List<String> command = new ArrayList<>();

    private Peer(Path directory, String program) {
        this.directory = directory;
        command.add(program);
    }

    /** {@return a program, if it is installed; else the test is skipped, and says what to install} */
    public static Peer installed(String program, String debianPackage, Path directory) {
        boolean found = Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
        Assumptions.assumeTrue(found, program + " is not on the PATH: install the package " + debianPackage);
        return new Peer(directory, program);
    }

    /** {@return Python with a script of this package} */
    public static Peer python(String script, Path directory) throws IOException {
        Peer python = installed("python3", "python3", directory);
        Path file = directory.resolve(script);
        try (InputStream source = Peer.class.getResourceAsStream(script)) {
            Files.write(file, source.readAllBytes());
        }
        return python.with(file);
    }

    /** Adds arguments. */
    public Peer with(Object... arguments) {
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return this;
    }

    /** Starts it with its output on a pipe; whoever starts it ends it. */
    public Process start() throws IOException {
        return new ProcessBuilder(command).redirectError(errors()).start();
    }

    /** Gives it something to read, waits until it has ended well, and returns what it wrote. Suspends. */
    byte[] exchange(byte[] input) throws Exception {
        return offload(() -> {
            Path in = Files.write(directory.resolve("in"), input);
            Path out = directory.resolve("out");
            Process process = new ProcessBuilder(command)
                    .redirectInput(in.toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(errors())
                    .start();
            try {
                if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    throw new AssertionError(command + " has not ended within " + PATIENCE_SECONDS + " s");
                }
            } finally {
                process.destroyForcibly();
            }
            if (process.exitValue() != 0) {
                throw new AssertionError(
                        command + " ended with " + process.exitValue() + ": " + Files.readString(errors().toPath()));
            }
            return Files.readAllBytes(out);
        });
    }

    private File errors() {
        return directory.resolve("errors").toFile();
    }
}
