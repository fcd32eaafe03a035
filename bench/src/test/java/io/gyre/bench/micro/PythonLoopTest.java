package io.gyre.bench.micro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.gyre.bench.process.Tools;
import io.gyre.bench.process.Workshop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PythonLoopTest {
    private static final String SAMPLE =
            "{\"loop\": \"asyncio\", \"operation\": \"$2\", \"unit\": \"ns\", \"median\": 7, \"repetitions\": [7]}";

    @TempDir
    Path directory;

    private Workshop workshop;

    @BeforeEach
    void makeWorkshop() throws IOException {
        workshop = Workshop.in(directory.resolve("workshop"));
    }

    @Test
    void withoutPythonBothAreMissingAndSayWhatToInstall() throws IOException {
        List<PythonLoop> loops = PythonLoop.all(workshop, new Tools(""));

        assertThat(loops).extracting(PythonLoop::id).containsExactly("asyncio", "uvloop");
        assertThat(loops).noneMatch(PythonLoop::isPresent);
        assertThat(loops.getFirst().describe()).startsWith("missing: asyncio: ").endsWith("install python3");
        assertThat(loops.getLast().describe()).startsWith("missing: uvloop: ").endsWith("install python3-uvloop");
    }

    @Test
    void pythonWithoutUvloopHasAsyncioAlone() throws IOException {
        Path python = python("[ \"$1\" != -c ] || exit 1; echo '{\"version\": \"3.99\", \"python\": \"Snake 1\"}'");

        List<PythonLoop> loops = PythonLoop.all(workshop, toolsHere());

        assertThat(loops.getFirst().version()).isEqualTo("3.99");
        assertThat(loops.getFirst().describe()).startsWith("asyncio 3.99 on Snake 1: " + python);
        assertThat(loops.getLast().isPresent()).isFalse();
    }

    @Test
    void pythonThatDoesNotStartTheScriptIsMissing() throws IOException {
        python("[ \"$1\" = -c ]");

        assertThat(PythonLoop.all(workshop, toolsHere()))
                .allSatisfy(loop -> assertThat(loop.describe()).contains("it does not start; to see why, run"));
    }

    @Test
    void whatIsNoVersionIsMissing() {
        assertThat(PythonLoop.present("uvloop", "hello", List.of("x")).missing())
                .contains("\"hello\"");
    }

    @Test
    void measuringAsksForTheOperation() throws Exception {
        PythonLoop loop = shell("echo '" + SAMPLE.replace("$2", "'$1'") + "'");

        assertThat(loop.measure("switch", false, workshop))
                .isEqualTo(new PythonLoop.Sample("asyncio", "switch", "ns", 7, List.of(7.0)));
    }

    @Test
    void quickRunIsToldToTheScript() throws Exception {
        PythonLoop loop = shell("[ $2 = --quick ] && echo '" + SAMPLE + "'");

        assertThat(loop.measure("switch", true, workshop).median()).isEqualTo(7);
        assertThatThrownBy(() -> loop.measure("switch", false, workshop))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("asyncio switch has ended");
    }

    @Test
    void failureSaysWhatThePythonSaid() {
        PythonLoop loop = shell("echo 'no attribute timeout' >&2; exit 1");

        assertThatThrownBy(() -> loop.measure("timeout", false, workshop))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("asyncio timeout has ended: no attribute timeout");
    }

    /** The script itself, where there is a Python for it. */
    @Test
    void loopsOfThisMachineCanBeMeasured() throws Exception {
        List<PythonLoop> loops = PythonLoop.all(workshop, Tools.ofPath()).stream()
                .filter(PythonLoop::isPresent)
                .toList();
        assumeThat(loops).isNotEmpty();

        for (PythonLoop loop : loops) {
            PythonLoop.Sample sample = loop.measure("queue", true, workshop);

            assertThat(sample.label()).isEqualTo(loop.id() + " queue");
            assertThat(sample.median()).isPositive();
        }
    }

    @Test
    void anythingButAWholeSampleIsRefused() {
        assertThatIOException().isThrownBy(() -> PythonLoop.Sample.parse("Traceback (most recent call last):"));
        assertThatIOException()
                .isThrownBy(() -> PythonLoop.Sample.parse(SAMPLE.replace("\"median\": 7, ", "")))
                .withMessageContaining("median");
    }

    private static PythonLoop shell(String script) {
        return new PythonLoop("asyncio", "1", "a shell", List.of("sh", "-c", script, "sh"), null);
    }

    private Tools toolsHere() {
        return new Tools(directory.toString());
    }

    private Path python(String script) throws IOException {
        Path program = Files.writeString(directory.resolve("python3"), "#!/bin/sh\n" + script + "\n");
        assertThat(program.toFile().setExecutable(true)).isTrue();
        return program;
    }
}
