package io.gyre.bench.scale;

import static io.gyre.bench.options.CommandLines.parse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.bench.options.CommandLines;
import io.gyre.bench.process.Cores;
import io.gyre.bench.process.Tools;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScaleOptionsTest {
    @Test
    void withoutOptionsEverythingRuns() {
        Scale scale = parse(new Scale());

        assertThat(scale.parts())
                .containsExactly(
                        Question.Part.TASKS,
                        Question.Part.TIMERS,
                        Question.Part.CONNECTIONS,
                        Question.Part.LOOPS,
                        Question.Part.MEMORY);
        assertThat(scale.extent().counts()).containsExactly(1_000, 10_000, 100_000, 1_000_000);
        assertThat(scale.extent().connections()).containsExactly(10, 100, 1_000, 10_000);
        assertThat(scale.rounds()).isEqualTo(5);
        assertThat(scale.cores()).isEqualTo(new Cores(0, 1));
        assertThat(scale.mostConnections()).isEqualTo(10_010);
    }

    @Test
    void someOfItCanBeChosen() {
        Scale scale = parse(new Scale(), "--only", "timers,memory", "--rounds", "3", "--quick");

        assertThat(scale.parts()).containsExactly(Question.Part.TIMERS, Question.Part.MEMORY);
        assertThat(scale.rounds()).isEqualTo(3);
        assertThat(scale.extent().counts()).isEqualTo(List.of(1_000, 10_000));
        assertThat(scale.mostConnections()).isEqualTo(1_000);
        assertThat(parse(new Scale(), "--only=tasks").mostConnections()).isZero();
        assertThat(parse(new Scale(), "--only=tls").mostConnections()).isEqualTo(1_000);
    }

    @Test
    void nonsenseIsRefused() {
        CommandLines.assertRefused(new Scale(), "'0' is not a number greater than 0", "--rounds", "0");
        CommandLines.assertRefused(
                new Scale(), "[TASKS, TIMERS, CONNECTIONS, LOOPS, MEMORY, TLS]", "--only", "sockets");
        assertThatThrownBy(() -> parse(new Scale(), "--server-core", "1").cores())
                .hasMessageContaining("need a core each");
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
}
