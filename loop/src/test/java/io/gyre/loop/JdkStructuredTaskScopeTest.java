package io.gyre.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The JDK's own structured concurrency, in a task, as it is. It is a preview feature, so the source that uses it is compiled
 * and run by a JVM of its own, for the release of the JDK.
 */
class JdkStructuredTaskScopeTest {
    private static final int RELEASE = Runtime.version().feature();

    /** The newest release with an API of the shape that the source uses, as far as is known. */
    private static final int LAST_KNOWN_TO_FIT = 28;

    private static final Path SOURCE = Path.of("src", "test", "resources", "preview", "StructuredInATask.java");

    @Test
    @Timeout(60) // starts a JVM and a compiler in it
    @Feature("`StructuredTaskScope` interoperability")
    void subtasksRunOnTheLoopAndSuspendTheTaskAlone() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-preview",
                        "--source",
                        String.valueOf(RELEASE),
                        "--add-opens",
                        "java.base/java.lang=ALL-UNNAMED",
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SOURCE.toString())
                .redirectErrorStream(true)
                .start();

        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        int exitCode = process.waitFor();
        assumeTrue(
                RELEASE <= LAST_KNOWN_TO_FIT || !output.contains("error: compilation failed"),
                () -> "StructuredTaskScope of JDK " + RELEASE + " has another shape than the source that uses it: "
                        + output);
        assertThat(exitCode).as(output).isZero();
        List<String> lines = output.lines()
                .filter(line -> !line.startsWith("Note: ") && !line.startsWith("WARNING: "))
                .toList();
        assertThat(lines)
                .containsExactly(
                        "joined: set by another task",
                        "on the loop: true",
                        "failed: boom",
                        "subtask interrupted",
                        "timed out",
                        "went on");
    }
}
