package io.gyre.bench.echo;

import static io.gyre.bench.options.CommandLines.parse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.bench.load.Load;
import io.gyre.bench.options.CommandLines;
import io.gyre.bench.options.Exchange;
import io.gyre.bench.options.LoadOptions.Cell;
import io.gyre.bench.process.Cores;
import io.gyre.bench.servers.Peer;
import java.util.List;
import org.junit.jupiter.api.Test;

class EchoOptionsTest {
    private static final Cell CELL = new Cell(64, 7);
    private static final Peer GO = Peer.foreign("go", "Go", List.of());

    @Test
    void withoutOptionsTheWholeMatrixRunsFortyTimes() {
        Echo echo = parse(new Echo());

        assertThat(echo.cells()).hasSize(12).contains(new Cell(100 * 1024, 1000), new Cell(64, 1));
        assertThat(echo.rounds()).isEqualTo(40);
        assertThat(echo.closed(CELL).measureMillis()).isEqualTo(200);
        assertThat(echo.rate()).isEmpty();
        assertThat(echo.cores()).isEqualTo(new Cores(0, 1));
        assertThat(echo.isWanted(GO)).isTrue();
    }

    @Test
    void quickRunIsSmallUnlessToldOtherwise() {
        assertThat(parse(new Echo(), "--quick").rounds()).isEqualTo(1);
        assertThat(parse(new Echo(), "--quick").cells()).hasSize(2);
        assertThat(parse(new Echo(), "--quick", "--rounds", "3").rounds()).isEqualTo(3);
        assertThat(parse(new Echo(), "--quick", "--seconds", "1").closed(CELL).measureMillis())
                .isEqualTo(1000);
    }

    @Test
    void everythingCanBeChosen() {
        Echo echo = parse(
                new Echo(),
                "--sizes=64,16K",
                "--connections=7",
                "--servers=floor,netty-nio",
                "--pipelining=8",
                "--rate=1000",
                "--warmup=0.1",
                "--first-warmup=1.5",
                "--server-core=3",
                "--generator-core=2");

        assertThat(echo.cells()).containsExactly(CELL, new Cell(16 * 1024, 7));
        assertThat(echo.isWanted(GO)).isFalse();
        assertThat(echo.isWanted(Peer.foreign("floor-again", "", List.of()))).isTrue();
        assertThat(echo.closed(CELL).pipelining()).isEqualTo(8);
        assertThat(echo.rate()).contains(1000L);
        assertThat(echo.closed(CELL).warmupMillis()).isEqualTo(100);
        assertThat(echo.firstWarmupMillis()).isEqualTo(1500);
        assertThat(echo.cores()).isEqualTo(new Cores(3, 2));
    }

    @Test
    void overTlsHandshakesAreRepeatedBesideMessages() {
        Echo echo = parse(new Echo(), "--tls");
        Echo chosen = parse(new Echo(), "--tls", "--sizes=1K", "--connections=7");

        assertThat(echo.isOverTls()).isTrue();
        assertThat(echo.cells())
                .containsExactly(
                        new Cell(64, 50),
                        new Cell(16 * 1024, 50),
                        new Cell(Exchange.FULL_HANDSHAKE, 64, 50),
                        new Cell(Exchange.RESUMED_HANDSHAKE, 64, 50));
        assertThat(chosen.closed(chosen.cells().getLast()).options())
                .contains("--handshakes=resumed", "--connections=7", "--size=64");
        assertThat(parse(new Echo()).isOverTls()).isFalse();
    }

    @Test
    void nonsenseIsRefused() {
        assertRefused("'0' is not a size", "--sizes=0");
        assertRefused("'1M' is not a size", "--sizes=1M");
        assertRefused("'0' is not a number greater than 0", "--connections=0");
        assertRefused("'0' is not a number greater than 0", "--rounds=0");
        assertRefused("'0' is not a time greater than 0", "--seconds=0");
        assertRefused("'0' is not a number greater than 0", "--pipelining=0");
        assertRefused("Unknown option", "--fast");
        assertThatThrownBy(() -> parse(new Echo(), "--server-core=1").cores())
                .hasMessageContaining("both are to run on core 1");
    }

    @Test
    void ownServersGetAPortAndAreWarmedUpAsAJvmIs() {
        Echo echo = parse(new Echo(), "--server", "mine=./serve --port {port}", "--server=other=serve {port}");
        Peer mine = echo.own().getFirst();

        assertThat(echo.own()).extracting(Peer::id).containsExactly("mine", "other");
        assertThat(mine.command()).containsExactly("sh", "-c", "exec ./serve --port {port}");
        assertThat(echo.first(CELL, mine).measureMillis()).isEqualTo(4000);
    }

    @Test
    void ownServerWithoutANameOrAPortIsRefused() {
        assertRefused("is not 'name=command {port}'", "--server=serve {port}");
        assertRefused("the command of mine has no {port}", "--server=mine=serve");
        assertRefused("would pass for a server of Gyre", "--server=gyre-mine=serve {port}");
        assertRefused("would pass for a server of Gyre or a floor", "--server=floor=serve {port}");
    }

    @Test
    void compiledCodeIsWarmedUpForLessAndAllOnManyConnections() {
        Load ofJvm = parse(new Echo()).first(CELL, Peer.java("a", "A", List.of()));
        Load ofGo = parse(new Echo()).first(CELL, GO);

        assertThat(ofJvm.measureMillis()).isEqualTo(4000);
        assertThat(ofGo.measureMillis()).isEqualTo(500);
        assertThat(ofGo.connections()).isEqualTo(50);
    }

    private static void assertRefused(String message, String... arguments) {
        CommandLines.assertRefused(new Echo(), message, arguments);
    }
}
