package io.gyre.net.netty;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A program of these tests in a JVM of its own, with the class path of this one or a part of it. */
final class OwnJvm {
    private OwnJvm() {}

    /** {@return the lines that it prints, errors included} */
    static List<String> run(Class<?> program, Predicate<Path> entries) throws IOException {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> entries.test(Path.of(entry)))
                .collect(Collectors.joining(File.pathSeparator));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-opens",
                        "java.base/java.lang=ALL-UNNAMED",
                        "-cp",
                        classPath,
                        program.getName())
                .redirectErrorStream(true)
                .start();
        List<String> lines = process.inputReader().lines().toList();
        process.onExit().join();
        return lines;
    }
}
