package io.gyre.examples;

import static io.gyre.loop.Async.offload;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A program of this machine that talks to an example. */
public final class Peer {
    private static final int PATIENCE_SECONDS = 15;

    private final List<String> command = new ArrayList<>();
    private final Path directory;

    private Peer(String program, Path directory) {
        this.directory = directory;
        command.add(program);
    }

    /** {@return a program, if it is installed; else the test is skipped, and says what to install} */
    public static Peer installed(String program, String debianPackage, Path directory) {
        return new Peer(requireInstalled(program, debianPackage), directory);
    }

    /** {@return the path of a program, if it is installed; else the test is skipped, and says what to install} */
    public static String requireInstalled(String program, String debianPackage) {
        // Servers are in sbin, which is not on everybody's path.
        Optional<Path> found = Stream.concat(
                        Arrays.stream(System.getenv("PATH").split(File.pathSeparator)), Stream.of("/usr/sbin"))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
        Assumptions.assumeTrue(
                found.isPresent(), program + " is not on the PATH: install the package " + debianPackage);
        return found.orElseThrow().toString();
    }

    /** {@return a port of the loopback address on which nobody listens} For servers that cannot choose one themselves. */
    public static int freePort() throws IOException {
        try (var closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return closed.getLocalPort();
        }
    }

    /** Adds arguments. */
    public Peer with(Object... arguments) {
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return this;
    }

    /** Waits until it has ended well, and returns what it has written. Suspends. */
    public String output() throws Exception {
        Path out = directory.resolve("out");
        Path errors = directory.resolve("errors");
        return offload(() -> {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(out.toFile())
                    .redirectError(errors.toFile())
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
                        command + " ended with " + process.exitValue() + ": " + Files.readString(errors, UTF_8));
            }
            return Files.readString(out, UTF_8);
        });
    }
}
