package io.gyre.examples.documents;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Compiles a block of a document, and runs it in a JVM of its own. */
final class BlockRun {
    /*
     * What runs:
     *
     *   statements     in a task of a loop whose clock jumps; as they are, if they start a loop of their own
     *   tests          by JUnit
     *   a program      its main method: of a class, or of a compact source file
     *   other members  need a frame: src/test/resources/frames/NAME.java, members of the same class, with a method frame() that
     *                  calls the block (statements are the method block()) and asserts what it has done
     *
     * A server of a document listens on 7007: here on a free port, in the block and in its frame.
     */

    /** The port that documents use. */
    private static final String PORT = "7007";

    private BlockRun() {}

    /** {@return the errors of the compiler} */
    static List<String> errors(JavaBlock block, Path directory) {
        return Javac.compile(sources(block), directory);
    }

    /**
     * Runs a block that has been compiled.
     *
     * @param block the block
     * @param directory its classes
     * @param limit after this time the run is broken off
     * @return what it has printed, and why it failed; an empty line at the end if it has not failed
     */
    static Outcome run(JavaBlock block, Path directory, Duration limit) throws IOException, InterruptedException {
        Path output = directory.resolve("output");
        String name = block.className();
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-ea",
                        "-XX:TieredStopAtLevel=1",
                        "--add-opens",
                        "java.base/java.lang=ALL-UNNAMED",
                        "-cp",
                        directory + System.getProperty("path.separator") + System.getProperty("java.class.path"),
                        BlockMain.class.getName(),
                        name == null ? "Block" : name,
                        block.code().contains("EventLoop.run(") ? "as it is" : "in a task")
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            boolean isDone = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
            return new Outcome(isDone, isDone ? process.exitValue() : -1, Files.readString(output));
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    /**
     * How a run ended.
     *
     * @param isDone whether it ended by itself
     * @param exitCode 0 if it succeeded
     * @param output what it has printed
     */
    record Outcome(boolean isDone, int exitCode, String output) {}

    private static Map<String, String> sources(JavaBlock block) {
        var sources = new HashMap<>(block.program());
        if (sources.isEmpty()) {
            sources.put("Block", source(block, block.frame() == null ? "" : frame(block.frame())));
        }
        String port = freePort();
        sources.replaceAll((name, source) -> source.replace(PORT, port));
        return sources;
    }

    private static String source(JavaBlock block, String frame) {
        if (block.isCompactFile()) {
            return block.asCompactFile(frame);
        }
        return block.isStatements() ? block.asStatements(frame) : block.asMembers(frame);
    }

    private static String frame(String name) {
        return Documents.text(Path.of("examples/src/test/resources/frames", name + ".java"));
    }

    private static String freePort() {
        try (var free = new ServerSocket(0)) {
            return "" + free.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
