package io.gyre.bench.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ToolsTest {
    @TempDir
    Path first;

    @TempDir
    Path second;

    @Test
    void programIsFoundInEachPlaceInOrder() throws IOException {
        Path here = program(first, "python3", "");
        Path there = program(second, "python3", "");
        var tools = new Tools(first + ":/no/such/place::" + second);

        assertThat(tools.find("python3")).contains(here);
        assertThat(tools.all("python3")).containsExactly(here, there);
    }

    @Test
    void whatCannotBeRunIsNoProgram() throws IOException {
        Files.writeString(first.resolve("go"), "text");
        Files.createDirectory(first.resolve("gcc"));
        var tools = new Tools(first.toString());

        assertThat(tools.find("go")).isEmpty();
        assertThat(tools.find("gcc")).isEmpty();
    }

    @Test
    void pythonWithUvloopIsPreferredForBoth() throws IOException {
        program(first, "python3", "exit 1");
        Path there = program(second, "python3", "exit 0");

        Pythons pythons = Pythons.of(new Tools(first + ":" + second));

        assertThat(pythons.withUvloop()).contains(there);
        assertThat(pythons.any()).contains(there);
    }

    @Test
    void withoutUvloopTheFirstIsTaken() throws IOException {
        Path here = program(first, "python3", "exit 1");
        program(second, "python3", "exit 1");

        Pythons pythons = Pythons.of(new Tools(first + ":" + second));

        assertThat(pythons.withUvloop()).isEmpty();
        assertThat(pythons.any()).contains(here);
    }

    @Test
    void commandThatFailsHasNoOutput() {
        assertThat(Tools.output("sh", "-c", "echo out")).contains("out");
        assertThat(Tools.output("sh", "-c", "echo out; exit 1")).isEmpty();
        assertThat(Tools.output("/no/such/program")).isEmpty();
    }

    @Test
    void failureToCompileSaysWhatTheCompilerSaid() {
        assertThatThrownBy(() -> Tools.run(List.of("sh", "-c", "echo line 3: no; exit 1")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("line 3: no");
    }

    @Test
    void commandsArePinned() {
        assertThat(new Cores(2, 3).onServer(List.of("x"))).containsExactly("taskset", "-c", "2", "x");
        assertThat(new Cores(2, 3).onGenerator(List.of("x"))).containsExactly("taskset", "-c", "3", "x");
    }

    private static Path program(Path directory, String name, String script) throws IOException {
        Path program = Files.writeString(directory.resolve(name), "#!/bin/sh\n" + script + "\n");
        assertThat(program.toFile().setExecutable(true)).isTrue();
        return program;
    }
}
