package io.gyre.bench.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class FileLimitTest {
    private static final String LIMITS = """
            Limit                     Soft Limit           Hard Limit           Units
            Max processes             95683                95683                processes
            Max open files            1024                 4096                 files
            """;

    @Test
    void hardLimitCounts() throws IOException {
        assertThat(FileLimit.hard(LIMITS)).isEqualTo(4096);
        assertThat(FileLimit.hard(LIMITS.replace("4096", "unlimited"))).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void limitThatIsTooLowSaysWhatToDo() {
        assertThatThrownBy(() -> FileLimit.require(10_000, 4096))
                .isInstanceOf(IOException.class)
                .hasMessage("10,000 connections need 10,200 open files in the server and in the load generator, and the"
                        + " hard limit is 4,096. Raise it (ulimit -Hn 10200, as root; or LimitNOFILE, or limits.conf), or"
                        + " leave those parts out with --only tasks,timers,loops.");
    }

    @Test
    void withoutConnectionsNoLimitIsTooLow() throws IOException {
        FileLimit.require(0, 10);
        FileLimit.require(800, 1000);
    }
}
