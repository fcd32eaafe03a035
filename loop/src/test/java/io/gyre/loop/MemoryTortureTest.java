package io.gyre.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class MemoryTortureTest {
    private static final int ROUNDS = 5;

    @Test
    @Timeout(120)
    @Feature("Recovery from `OutOfMemoryError`")
    void everybodyGoesOnWhenThereIsMemoryAgain(@TempDir Path directory) throws Exception {
        File output = directory.resolve("output").toFile();
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx32m",
                        "-XX:+UseSerialGC",
                        "--add-opens",
                        "java.base/java.lang=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        MemoryTorture.class.getName(),
                        Integer.toString(ROUNDS))
                .redirectErrorStream(true)
                .redirectOutput(output)
                .start();
        try {
            assertThat(jvm.waitFor(100, TimeUnit.SECONDS)).isTrue();
        } finally {
            jvm.destroyForcibly();
        }
        assertThat(jvm.exitValue()).as("%s", Files.readString(output.toPath())).isZero();
    }
}
