package io.gyre.bench.echo;

import static io.gyre.bench.echo.Runs.KIBI;
import static io.gyre.bench.echo.Runs.cell;
import static io.gyre.bench.echo.Runs.closed;
import static io.gyre.bench.echo.Runs.results;
import static io.gyre.bench.echo.Runs.sample;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.bench.load.Sample;
import io.gyre.bench.options.Exchange;
import io.gyre.bench.report.HtmlReport;
import io.gyre.bench.report.MarkdownReport;
import io.gyre.bench.report.ResultFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    /** The noise is 6 %, Gyre 2 % above the floor, and Netty 40 %. */
    private static final CellResult CELL = cell(
            KIBI,
            50,
            Map.of(
                    "floor", List.of(10.0),
                    "floor-again", List.of(10.6),
                    "gyre-streams", List.of(10.5),
                    "netty-nio", List.of(14.42)));

    @Test
    void markdownRefusesARatioWithinTheNoise() {
        String text = markdown(CELL);

        assertThat(text)
                .contains("| **Gyre streams** | **±6 %** |")
                .contains("| Netty NIO | 1.40 |")
                .doesNotContain("1.02");
    }

    @Test
    void htmlRefusesARatioWithinTheNoise() throws IOException {
        String page = HtmlReport.render(results(CELL).report());
        String tables = page.substring(0, page.indexOf("<script>"));

        assertThat(tables)
                .contains("<th>Gyre streams</th><td class=\"unclear\">±6 %</td>")
                .contains("<th>Netty NIO</th><td>1.40</td>")
                .doesNotContain("1.02");
    }

    @Test
    void goalsAreJudgedWhereTheyCount() {
        String text = markdown(CELL, cell(64, 1, Map.of()));

        assertThat(text)
                .contains("| 1 KiB × 50 | met: within noise (±6 %) | met: 0.73 | not measured |")
                .contains("| 64 B × 1 | not measured |")
                .contains("Goals of Gyre streams: 2 met, 0 missed, 0 within noise.");
    }

    @Test
    void quickRunSaysThatItMeansNothingAndJudgesNothing() throws IOException {
        Results whole = results(CELL);
        var quick = new Results(whole.started(), true, whole.environment(), whole.servers(), whole.cells());
        String page = HtmlReport.render(quick.report());

        for (String text : List.of(
                MarkdownReport.render(quick.report()),
                page.substring(0, page.indexOf("<script>")),
                quick.report().text())) {
            assertThat(text).contains("mean nothing").doesNotContain(" met", "missed", "Goals");
        }
        assertThat(MarkdownReport.render(whole.report())).doesNotContain("mean nothing");
    }

    @Test
    void missedGoalSaysSo() {
        CellResult slow = cell(
                KIBI, 50, Map.of("floor", List.of(10.0), "floor-again", List.of(10.1), "gyre-streams", List.of(13.1)));

        assertThat(markdown(slow)).contains("| 1 KiB × 50 | missed: 1.30 |");
    }

    @Test
    void missingServerIsListedWithWhatToInstall() {
        assertThat(markdown(CELL)).contains("| Go | missing: install golang-go |");
    }

    @Test
    void latencyAtAFixedRateIsShown() {
        CellResult paced = new CellResult(
                Exchange.MESSAGE,
                KIBI,
                50,
                CELL.closed(),
                5000,
                List.of(sample("floor", 1, 10), sample("floor-again", 1, 11), sample("netty-nio", 1, 20)),
                Map.of("netty-nio", 61.0),
                Map.of("floor", Map.of("read", 1.0, "futex", 0.001)),
                List.of("Gyre streams has ended:\n  broken"));
        String text = markdown(paced);

        assertThat(text)
                .contains("### 1 KiB × 50 at 5,000 messages/s")
                .contains("| Netty NIO | 20.0 | 40.0 | 60.0 | 61.0 | 60.0 | 2.00 | 20.0 |")
                .contains("| floor | 1.00 | read 1.00 |")
                .contains("FAILED: Gyre streams has ended: broken");
    }

    @Test
    void generatorThatWasBusierThanAnIdleServerIsOwnedUpTo() {
        var idle = new Sample("floor", 1, 1, 1e5, 2, 2, 9, 9, 9, 9, null, null, 0.6, 0.99, 0);
        CellResult cell = closed(KIBI, 50, List.of(idle));

        assertThat(results(cell).report().text()).contains("In 1 of 1 runs of the closed loop");
    }

    @Test
    void pageNeedsNothingElse() throws IOException {
        String page = HtmlReport.render(results(CELL).report());

        assertThat(page)
                .contains("Chart.js v4")
                .doesNotContain("{{")
                .doesNotContain("sourceMappingURL")
                .doesNotContainPattern("(src|href)=\"(https?:)?//");
    }

    @Test
    void whatServersSayCannotBreakThePage() throws IOException {
        var server = new Results.Server("floor", "</script><b>", "v<1>", "a & b", null);
        Results results = new Results("now", false, Map.of("k", "<i>"), List.of(server), List.of(CELL));
        String page = HtmlReport.render(results.report());

        assertThat(page).doesNotContain("</script><b>").contains("v&lt;1&gt;", "a &amp; b", "&lt;i&gt;");
    }

    @Test
    void resultsCanBeReadBack(@TempDir Path directory) throws IOException {
        Results results = results(CELL);
        new ResultFiles(directory, "echo-1").write(results);

        assertThat(ResultFiles.read(directory.resolve("echo-1.json.gz"), Results.class))
                .isEqualTo(results);
        assertThat(directory.resolve("echo-1.html")).exists();
        assertThat(ResultFiles.nameOf(directory.resolve("echo-1.json.gz"))).isEqualTo("echo-1");
    }

    private static String markdown(CellResult... cells) {
        return MarkdownReport.render(results(cells).report());
    }
}
