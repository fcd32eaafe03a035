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

    /** Creates the tools of a search path. */
    public Tools(String searchPath) {
        this.directories = Arrays.stream(searchPath.split(File.pathSeparator, -1))
                .filter(directory -> !directory.isEmpty())
                .map(Path::of)
                .toList();
    }

    /** {@return the tools of this process} */
    public static Tools ofPath() {
        return new Tools(Optional.ofNullable(System.getenv("PATH")).orElse(""));
    }

    /** {@return the first program of this name} */
    public Optional<Path> find(String name) {
        return all(name).findFirst();
    }

    /** {@return every program of this name, in the order of the search path} */
    public Stream<Path> all(String name) {
        return directories.stream()
                .map(directory -> directory.resolve(name))
                .filter(program -> Files.isRegularFile(program) && Files.isExecutable(program));
    }

    /** {@return what a command prints, or nothing if it fails} */
    public static Optional<String> output(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? Optional.of(printed.strip()) : Optional.empty();
        } catch (IOException noSuchProgram) {
            return Optional.empty();
        } catch (InterruptedException told) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /**
     * Runs a command to its end.
     *
     * @throws IOException if it fails, with what it printed
     */
    public static void run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " failed:\n" + printed);
        }
    }
}
