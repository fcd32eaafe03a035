package io.gyre.bench.echo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.gyre.bench.options.BenchCommand;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class EchoTest {
    @TempDir
    Path directory;

    private final StringWriter errors = new StringWriter();

    @Test
    void reportOfAnEarlierRunIsWrittenOnceMore() throws Exception {
        var results = new Results("2026-01-01 00:00 UTC", false, Map.of("kernel", "Linux 6"), List.of(), List.of());
        Path json = Files.writeString(directory.resolve("echo-1.json"), new ObjectMapper().writeValueAsString(results));

        assertThat(execute("--from", json.toString(), "--out", directory.toString()))
                .isZero();

        assertThat(Files.readString(directory.resolve("echo-1.md"))).contains("# Echo benchmark, 2026-01-01");
        assertThat(Files.readString(directory.resolve("echo-1.html"))).contains("Linux 6");
    }

    @Test
    void fileThatIsNotThereIsNamed() {
        Path none = directory.resolve("none.json");

        assertThat(execute("--from", none.toString())).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(errors.toString()).contains("There is no file " + none);
    }

    @Test
    void nonsenseIsAMistakeOfTheUser() {
        assertThat(execute("--rounds", "0")).isEqualTo(CommandLine.ExitCode.USAGE);
    }

    private int execute(String... arguments) {
        return BenchCommand.commandLine(new Echo())
                .setErr(new PrintWriter(errors, true))
                .execute(arguments);
    }
}
