package io.gyre.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gyre.bench.options.Exchange;
import io.gyre.bench.process.Cores;
import io.gyre.bench.process.Tools;
import io.gyre.bench.process.Workshop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadGeneratorTest {
    private static final Cores ANY_CORE = new Cores(0, 0);

    @TempDir
    static Path directory;

    private static LoadGenerator generator;

    @BeforeAll
    static void build() throws Exception {
        assumeTrue(
                Tools.ofPath().find("gcc").isPresent(),
                "there is no gcc on the PATH, which builds the load generator; install gcc and libc6-dev");
        generator = LoadGenerator.build(Workshop.in(directory), Tools.ofPath(), ANY_CORE);
    }

    /** Coordinated omission with a clock of its own, corrupted bytes, buckets: see the source. */
    @Test
    void whatIsComputedInCIsRight() throws Exception {
        Path source = directory.resolve("load_test.c");
        try (var test = LoadGeneratorTest.class.getResourceAsStream("load_test.c")) {
            Files.write(source, test.readAllBytes());
        }
        Path gcc = Tools.ofPath().find("gcc").orElseThrow();
        Path program = Workshop.in(directory).compileC(gcc, source, "load_test");

        assertThat(Tools.output(program.toString())).contains("");
    }

    @Test
    void closedLoopCountsAndTimesWhatComesBack() throws Exception {
        Outcome outcome = run(new Load(Exchange.MESSAGE, 1000, 3, 0, 2, 0, 0, 50));

        assertThat(outcome.messages()).isPositive();
        // Each of the three has at most one message of which only a part is in the time that was measured, at either
        // end.
        assertThat((double) outcome.latencies().getTotalCount()).isCloseTo(outcome.messages(), within(6.0));
        assertThat(outcome.nanos()).isGreaterThanOrEqualTo(50_000_000);
        assertThat(outcome.cpuNanos()).isPositive();
    }

    @Test
    void openLoopSendsAsManyAsItsRateSays() throws Exception {
        Outcome outcome = run(Load.closed(100, 2, 1, 0, 1000).atRate(2000));

        // 2,000 a second for at least 1 s. What comes back behind the end does not count, and a loaded machine may
        // hold some milliseconds of it up: few beside a second.
        assertThat(outcome.lags().getTotalCount()).isGreaterThanOrEqualTo(1950);
        assertThat(outcome.messages()).isGreaterThanOrEqualTo(1950);
    }

    @Test
    void idleConnectionsAreServedOnceAndSayNothingMore() throws Exception {
        Outcome beside = run(Load.closed(100, 1, 1, 0, 100).atRate(500).withIdle(3));
        Outcome alone = run(new Load(Exchange.MESSAGE, 100, 0, 3, 1, 0, 0, 50));

        assertThat(beside.messages()).isPositive();
        assertThat(alone.messages()).isZero();
    }

    @Test
    void connectionsStayFromRunToRun() throws Exception {
        Load closed = Load.closed(1000, 2, 1, 0, 20);
        try (var server = TestServer.echoing();
                Connections connections = generator.connect(server.port(), closed)) {
            Outcome first = connections.run();
            Outcome second = connections.run();
            Outcome paced = connections.run(closed.atRate(1000));
            connections.disconnect();

            assertThat(server.accepted()).isEqualTo(2);
            assertThat(List.of(first, second)).allSatisfy(outcome -> {
                assertThat(outcome.messages()).isPositive();
                assertThat(outcome.lags().getTotalCount()).isZero();
            });
            assertThat(paced.messages()).isPositive();
            assertThat(paced.lags().getTotalCount()).isPositive();
        }
    }

    @Test
    void runForOtherConnectionsIsRefused() throws Exception {
        try (var server = TestServer.echoing();
                Connections connections = generator.connect(server.port(), Load.closed(64, 1, 1, 0, 10))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> connections.start(Load.closed(64, 2, 1, 0, 10)))
                    .withMessageContaining("--connections=1");
        }
    }

    @Test
    void connectionThatEndsBetweenTwoRunsIsNamed() throws Exception {
        try (var server = TestServer.echoing();
                Connections connections = generator.connect(server.port(), Load.closed(64, 2, 1, 0, 10))) {
            connections.run();
            server.disconnectAll();

            assertThatThrownBy(connections::disconnect)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("closed by the server");
        }
    }

    @Test
    void causeIsThatOfTheGeneratorThatFailed() throws Exception {
        Load closed = Load.closed(64, 1, 1, 0, 10);
        try (var server = TestServer.echoing();
                Connections ended = generator.connect(server.port(), closed);
                var other = TestServer.echoing();
                Connections quiet = generator.connect(other.port(), closed)) {
            server.disconnectAll();
            assertThatThrownBy(ended::disconnect).hasMessageContaining("closed by the server");

            quiet.disconnect();
            assertThatThrownBy(() -> quiet.run()).hasMessageNotContaining("closed by the server");
        }
    }

    @Test
    void manyConnectionsComeOneAfterTheOther() throws Exception {
        Outcome outcome = run(Load.closed(10, 1100, 1, 0, 50));

        assertThat(outcome.messages()).isPositive();
    }

    @Test
    void withoutACompilerItSaysWhatToInstall() {
        assertThatThrownBy(() -> LoadGenerator.build(Workshop.in(directory), new Tools(""), ANY_CORE))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Install gcc");
    }

    @Test
    void commandSaysTheLoad() {
        assertThat(generator.command("7007", new Load(Exchange.MESSAGE, 64, 2, 1, 3, 4, 5, 6)))
                .containsSubsequence(
                        List.of("--port=7007", "--size=64", "--connections=2", "--idle=1", "--pipelining=3"));
    }

    private static Outcome run(Load load) throws Exception {
        try (var server = TestServer.echoing();
                Connections connections = generator.connect(server.port(), load)) {
            Outcome outcome = connections.run();
            connections.disconnect();
            return outcome;
        }
    }
}
