package io.gyre.bench.scale;

import static io.gyre.bench.options.CommandLines.parse;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.bench.process.Cores;
import io.gyre.bench.process.Tools;
import io.gyre.bench.process.Workshop;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One part, as small as it gets. All processes share a core here: the figures do not matter. */
class ScaleRunTest {
    @TempDir
    Path directory;

    @Test
    void everyRoundMeasuresEveryNumber() throws Exception {
        Scale scale = parse(new Scale(), "--only=loops", "--rounds=2", "--quick");
        var written = new ArrayList<ScaleResults>();

        ScaleResults results =
                new ScaleRun(scale, new Cores(0, 0), Workshop.in(directory), Tools.ofPath()).run(written::add);

        assertThat(results.failures()).isEmpty();
        assertThat(results.points()).hasSize(8).allSatisfy(point -> assertThat(
                        point.figures().get(Point.THROUGHPUT))
                .isPositive());
        assertThat(results.points()).extracting(Point::count).containsExactly(1L, 1L, 2L, 2L, 2L, 2L, 1L, 1L);
        assertThat(written).hasSize(2).last().isEqualTo(results);
        assertThat(results.environment()).containsKeys("kernel", "commit", "command");
    }
}
