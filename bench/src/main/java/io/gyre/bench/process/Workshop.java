package io.gyre.bench.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A directory in which the sources that are not Java are laid out and compiled.
 *
 * @param directory where; it exists
 */
public record Workshop(Path directory) {
    private static final String ROOT = "/io/gyre/bench/";

    public static Workshop in(Path directory) throws IOException {
        return new Workshop(Files.createDirectories(directory.toAbsolutePath()));
    }

    /**
     * Copies a source out of the jar.
     *
     * @param resource its path below {@code io/gyre/bench}
     */
    public Path layOut(String resource) throws IOException {
        String path = ROOT + resource;
        Path copy = directory.resolve(Path.of(resource).getFileName());
        try (InputStream source = Workshop.class.getResourceAsStream(path)) {
            if (source == null) {
                throw new IOException("the resource " + path + " is missing from the class path");
            }
            Files.copy(source, copy, StandardCopyOption.REPLACE_EXISTING);
        }
        return copy;
    }

    /** {@return the program that gcc makes of a source, with options of its own} */
    public Path compileC(Path gcc, Path source, String name, String... options)
            throws IOException, InterruptedException {
        Path program = directory.resolve(name);
        var command = new ArrayList<>(List.of(gcc.toString(), "-O2", "-Wall", "-Wextra", "-Werror"));
        command.addAll(List.of("-o", program.toString(), source.toString()));
        command.addAll(List.of(options));
        Tools.run(command);
        return program;
    }

    public Path compileGo(Path go, Path source, String name) throws IOException, InterruptedException {
        Path program = directory.resolve(name);
        Tools.run(List.of(go.toString(), "build", "-o", program.toString(), source.toString()));
        return program;
    }

    public Path errorsOf(String name) {
        return directory.resolve(name + ".err");
    }
}
