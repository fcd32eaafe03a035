package io.gyre.bench.echo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.bench.options.Exchange;
import io.gyre.bench.options.LoadOptions.Cell;
import io.gyre.bench.options.RunOptions;
import io.gyre.bench.process.Cores;
import io.gyre.bench.servers.Peer;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

class EchoOptionsTest {
    @Test
    void withoutOptionsTheWholeMatrixRunsFiveTimes() {
        Settings settings = parse();

        assertThat(settings.cells()).hasSize(12).contains(new Cell(100 * 1024, 1000), new Cell(64, 1));
        assertThat(settings.rounds()).isEqualTo(40);
        assertThat(settings.measureMillis()).isEqualTo(200);
        assertThat(settings.rate()).isEqualTo(Settings.HALF);
        assertThat(settings.cores()).isEqualTo(new Cores(0, 1));
        assertThat(settings.servers()).isEmpty();
    }

    @Test
    void quickRunIsSmallUnlessToldOtherwise() {
        assertThat(parse("--quick").rounds()).isEqualTo(1);
        assertThat(parse("--quick").cells()).hasSize(2);
        assertThat(parse("--quick", "--rounds", "3", "--seconds", "1").rounds()).isEqualTo(3);
        assertThat(parse("--quick", "--seconds", "1").measureMillis()).isEqualTo(1000);
    }

    @Test
    void everythingCanBeChosen() {
        Settings settings = parse(
                "--sizes=64,16K",
                "--connections=7",
                "--servers=floor,go",
                "--pipelining=8",
                "--rate=1000",
                "--warmup=0.1",
                "--first-warmup=1.5",
                "--server-core=3",
                "--generator-core=2");

        assertThat(settings.cells()).containsExactly(new Cell(64, 7), new Cell(16 * 1024, 7));
        assertThat(settings.servers()).containsExactly("floor", "go");
        assertThat(settings.pipelining()).isEqualTo(8);
        assertThat(settings.rate()).isEqualTo(1000);
        assertThat(settings.warmupMillis()).isEqualTo(100);
        assertThat(settings.firstWarmupMillis()).isEqualTo(1500);
        assertThat(settings.cores()).isEqualTo(new Cores(3, 2));
    }

    @Test
    void overTlsHandshakesAreRepeatedBesideMessages() {
        Settings settings = parse("--tls");
        List<Cell> chosen = parse("--tls", "--sizes=1K", "--connections=7").cells();

        assertThat(settings.isOverTls()).isTrue();
        assertThat(settings.cells())
                .containsExactly(
                        new Cell(64, 50),
                        new Cell(16 * 1024, 50),
                        new Cell(Exchange.FULL_HANDSHAKE, 64, 50),
                        new Cell(Exchange.RESUMED_HANDSHAKE, 64, 50));
        assertThat(settings.closed(chosen.getLast()).options())
                .contains("--handshakes=resumed", "--connections=7", "--size=64");
        assertThat(parse().isOverTls()).isFalse();
    }

    @Test
    void nonsenseIsRefused() {
        assertRefused("'0' is not a size", "--sizes=0");
        assertRefused("'1M' is not a size", "--sizes=1M");
        assertRefused("sizes and connections must be greater than 0", "--connections=0");
        assertRefused("--rounds must be greater than 0", "--rounds=0");
        assertRefused("--seconds must be greater than 0", "--seconds=0");
        assertRefused("--pipelining must be greater than 0", "--pipelining=0");
        assertRefused("Unknown option", "--fast");
        assertRefused("both are to run on core 1", "--server-core=1");
    }

    @Test
    void ownServersGetAPortAndAreWarmedUpAsAJvmIs() {
        Settings settings = parse("--server", "mine=./serve --port {port}", "--server=other=serve {port}");
        Peer mine = settings.own().getFirst();

        assertThat(settings.own()).extracting(Peer::id).containsExactly("mine", "other");
        assertThat(mine.command()).containsExactly("sh", "-c", "exec ./serve --port {port}");
        assertThat(settings.first(settings.cells().getFirst(), mine).measureMillis())
                .isEqualTo(4000);
    }

    @Test
    void ownServerWithoutANameOrAPortIsRefused() {
        assertRefused("is not 'name=command {port}'", "--server=serve {port}");
        assertRefused("the command of mine has no {port}", "--server=mine=serve");
        assertRefused("would pass for a server of Gyre", "--server=gyre-mine=serve {port}");
        assertRefused("would pass for a server of Gyre or a floor", "--server=floor=serve {port}");
    }

    @Test
    void compiledCodeIsWarmedUpForLess() {
        Settings settings = parse();
        Cell cell = settings.cells().getFirst();

        assertThat(settings.first(cell, Peer.java("a", "A", List.of())).measureMillis())
                .isEqualTo(4000);
        assertThat(settings.first(cell, Peer.foreign("b", "B", List.of())).measureMillis())
                .isEqualTo(500);
    }

    private static Settings parse(String... arguments) {
        CommandLine commandLine = RunOptions.commandLine(new Echo());
        commandLine.parseArgs(arguments);
        Echo echo = commandLine.getCommand();
        return echo.settings();
    }

    private static void assertRefused(String message, String... arguments) {
        assertThatThrownBy(() -> parse(arguments))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining(message);
    }
}
