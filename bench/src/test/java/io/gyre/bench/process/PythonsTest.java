package io.gyre.bench.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PythonsTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit does it
    Path first;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit does it
    Path second;

    @Test
    void pythonWithUvloopIsPreferredForBoth() throws IOException {
        python(first, 1);
        Path there = python(second, 0);

        Pythons pythons = Pythons.of(new Tools(first + ":" + second));

        assertThat(pythons.withUvloop()).contains(there);
        assertThat(pythons.any()).contains(there);
    }

    @Test
    void withoutUvloopTheFirstIsTaken() throws IOException {
        Path here = python(first, 1);
        python(second, 1);

        Pythons pythons = Pythons.of(new Tools(first + ":" + second));

        assertThat(pythons.withUvloop()).isEmpty();
        assertThat(pythons.any()).contains(here);
    }

    private static Path python(Path directory, int status) throws IOException {
        Path program = Files.writeString(directory.resolve("python3"), "#!/bin/sh\nexit " + status + "\n");
        assertThat(program.toFile().setExecutable(true)).isTrue();
        return program;
    }
}
