package io.gyre.bench.echo;

import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.bench.load.Sample;
import io.gyre.bench.servers.Peer;
import java.util.List;
import org.junit.jupiter.api.Test;

class PacingTest {
    @Test
    void rateIsHalfOfTheLeastMedianOfThoseCompared() {
        List<Sample> closed = List.of(
                sample("floor", 100_000),
                sample("gyre-streams", 90_000),
                sample("gyre-streams", 10_000),
                sample("gyre-streams", 94_000),
                sample("asyncio-streams", 20_000));

        assertThat(Pacing.half(closed, List.of())).isEqualTo(45_000);
    }

    @Test
    void serverOfTheUserIsCompared() {
        List<Sample> closed = List.of(sample("floor", 100_000), sample("mine", 30_000));

        assertThat(Pacing.half(closed, List.of(Peer.own("mine=serve {port}")))).isEqualTo(15_000);
    }

    @Test
    void withoutSamplesThereIsNoRate() {
        assertThat(Pacing.half(List.of(), List.of())).isZero();
    }

    private static Sample sample(String server, double messagesPerSecond) {
        return new Sample(server, 1, 1, messagesPerSecond, 1, 1, 1, 1, 1, 1, null, null, 1, 1, 0);
    }
}
