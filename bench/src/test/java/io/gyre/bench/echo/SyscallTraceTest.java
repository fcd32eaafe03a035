package io.gyre.bench.echo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class SyscallTraceTest {
    @Test
    void callsAreReadWithAndWithoutErrors() {
        String table = """
                strace: Process 1 detached
                % time     seconds  usecs/call     calls    errors syscall
                ------ ----------- ----------- --------- --------- ----------------
                 55.01    0.010000           5      2000           write
                 44.99    0.008000           4      2010        10 read
                  0.00    0.000000           0         1           epoll_wait
                ------ ----------- ----------- --------- --------- ----------------
                100.00    0.018000           4      4011        10 total
                """;

        assertThat(SyscallTrace.parse(table)).isEqualTo(Map.of("write", 2000L, "read", 2010L, "epoll_wait", 1L));
    }

    @Test
    void nothingTracedIsNothingCounted() {
        assertThat(SyscallTrace.parse("")).isEmpty();
    }
}
