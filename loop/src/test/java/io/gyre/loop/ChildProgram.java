package io.gyre.loop;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A program of these tests in a JVM of its own, with all that it prints and logs. Killed at the end. */
final class ChildProgram implements AutoCloseable {
    private final Process process;
    private final BufferedReader output;
    private final List<String> seen = new ArrayList<>();

    private ChildProgram(Process process) {
        this.process = process;
        this.output = process.inputReader();
    }

    /** Starts a program. */
    static ChildProgram start(Class<?> program, String... arguments) throws IOException {
        return startBy(List.of(), program, arguments);
    }

    /** Starts a program by a command that takes the rest of its line for a command. */
    static ChildProgram startBy(List<String> starter, Class<?> program, String... arguments) throws IOException {
        var command = new ArrayList<>(starter);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-opens",
                "java.base/java.lang=ALL-UNNAMED",
                "--enable-native-access=ALL-UNNAMED",
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName()));
        command.addAll(Arrays.asList(arguments));
        return new ChildProgram(
                new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    long pid() {
        return process.pid();
    }

    Process process() {
        return process;
    }

    /** {@return the next line that contains a text} Waits for it. */
    String lineWith(String part) throws IOException {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            seen.add(line);
            if (line.contains(part)) {
                return line;
            }
        }
        throw new AssertionError("the program has ended without '" + part + "':\n" + String.join("\n", seen));
    }

    /** {@return the next report with a text, and the lines of its stack} Waits for it. */
    String reportWith(String part) throws IOException {
        var report = new StringBuilder(lineWith(part));
        String line = "";
        while (!line.contains("created at")) {
            line = lineWith("");
            report.append('\n').append(line);
        }
        return report.toString();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
