package io.gyre.bench.process;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Programs of the machine, looked for on the PATH. */
public final class Tools {
    private final List<Path> directories;

    public Tools(String searchPath) {
        this.directories = Arrays.stream(searchPath.split(File.pathSeparator, -1))
                .filter(directory -> !directory.isEmpty())
                .map(Path::of)
                .toList();
    }

    public static Tools ofPath() {
        return new Tools(Optional.ofNullable(System.getenv("PATH")).orElse(""));
    }

    public Optional<Path> find(String name) {
        return all(name).findFirst();
    }

    /** {@return every program of this name, in the order of the search path} */
    public Stream<Path> all(String name) {
        return directories.stream()
                .map(directory -> directory.resolve(name))
                .filter(program -> Files.isRegularFile(program) && Files.isExecutable(program));
    }

    /** {@return a program of the JDK that this process runs on} */
    public static String ofJdk(String name) {
        return System.getProperty("java.home") + File.separator + "bin" + File.separator + name;
    }

    /** {@return what a command prints, or nothing if it fails} */
    public static Optional<String> output(String... command) {
        try {
            return Optional.of(run(List.of(command)).strip());
        } catch (IOException failed) {
            return Optional.empty();
        } catch (InterruptedException told) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /**
     * Runs a command to its end.
     *
     * @return what it printed
     * @throws IOException if it fails, with what it printed
     */
    public static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " failed:\n" + printed);
        }
        return printed;
    }
}
