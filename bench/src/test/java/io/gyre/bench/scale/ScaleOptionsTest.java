package io.gyre.bench.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.bench.options.RunOptions;
import io.gyre.bench.process.Cores;
import io.gyre.bench.process.Tools;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

class ScaleOptionsTest {
    @Test
    void withoutOptionsEverythingRuns() {
        ScaleSettings settings = parse();

        assertThat(settings.parts())
                .containsExactly(
                        Question.Part.TASKS,
                        Question.Part.TIMERS,
                        Question.Part.CONNECTIONS,
                        Question.Part.LOOPS,
                        Question.Part.MEMORY);
        assertThat(settings.counts()).containsExactly(1_000, 10_000, 100_000, 1_000_000);
        assertThat(settings.connections()).containsExactly(10, 100, 1_000, 10_000);
        assertThat(settings.rounds()).isEqualTo(5);
        assertThat(settings.cores()).isEqualTo(new Cores(0, 1));
        assertThat(settings.mostConnections()).isEqualTo(10_010);
    }

    @Test
    void someOfItCanBeChosen() {
        ScaleSettings settings = parse("--only", "timers,memory", "--rounds", "3", "--quick");

        assertThat(settings.parts()).containsExactly(Question.Part.TIMERS, Question.Part.MEMORY);
        assertThat(settings.rounds()).isEqualTo(3);
        assertThat(settings.counts()).isEqualTo(List.of(1_000, 10_000));
        assertThat(settings.mostConnections()).isEqualTo(1_000);
        assertThat(parse("--only=tasks").mostConnections()).isZero();
        assertThat(parse("--only=tls").mostConnections()).isEqualTo(1_000);
    }

    @Test
    void nonsenseIsRefused() {
        assertThatThrownBy(() -> parse("--rounds", "0"))
                .isInstanceOf(ParameterException.class)
                .hasMessage("--rounds must be greater than 0");
        assertThatThrownBy(() -> parse("--server-core", "1")).hasMessageContaining("need a core each");
        assertThatThrownBy(() -> parse("--only", "sockets"))
                .hasMessageContaining("[TASKS, TIMERS, CONNECTIONS, LOOPS, MEMORY, TLS]");
    }

    @Test
    void limitOfOpenFilesThatIsTooLowSaysWhatToDo() {
        assertThatThrownBy(() -> Scale.requireFiles(10_000, 4096))
                .isInstanceOf(IOException.class)
                .hasMessage("10,000 connections need 10,200 open files in the server and in the load generator, and the"
                        + " hard limit is 4,096. Raise it (ulimit -Hn 10200, as root; or LimitNOFILE, or limits.conf), or"
                        + " leave those parts out with --only tasks,timers,loops.");
    }

    @Test
    void withoutConnectionsNoLimitOfOpenFilesIsTooLow() throws IOException {
        Scale.requireFiles(0, 10);
        Scale.requireFiles(800, 1000);
    }

    @Test
    void limitOfOpenFilesIsTheHardOne() {
        assertThat(Tools.output("sh", "-c", "ulimit -Hn")).contains(Long.toString(Scale.openFiles()));
    }

    private static ScaleSettings parse(String... arguments) {
        CommandLine commandLine = RunOptions.commandLine(new Scale());
        commandLine.parseArgs(arguments);
        Scale scale = commandLine.getCommand();
        return scale.settings();
    }
}
