package io.gyre.net.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.EventLoop;
import io.gyre.loop.TimerHandle;
import io.gyre.net.ByteStream;
import io.gyre.net.testing.BrokenStream.Fault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;

/** Pairs of streams with a fault, and which rules of a suite find it. */
final class BrokenPair {
    private static Fault fault = Fault.NONE;

    private BrokenPair() {}

    /** {@return two connected streams with the fault that is looked for} */
    static StreamPair<BrokenStream> of(StreamPair<? extends ByteStream> pair) {
        // A rule that waits for what never comes fails soon: on this clock a day passes as soon as nobody can run.
        TimerHandle patience = EventLoop.current().callLater(Duration.ofDays(1), () -> {
            pair.left().abort();
            pair.right().abort();
        });
        return new StreamPair<>(
                new BrokenStream(pair.left(), fault, patience), new BrokenStream(pair.right(), fault, patience));
    }

    /** {@return the rules of a suite over such pairs that do not hold} */
    static List<String> rulesBrokenBy(Fault mistake, Class<? extends ByteStreamContract> suite) {
        fault = mistake;
        try {
            Map<String, TestExecutionResult> results = LaunchedSuite.of(suite);
            assertThat(results).hasSizeGreaterThan(90);
            return results.entrySet().stream()
                    .filter(rule -> rule.getValue().getStatus() != Status.SUCCESSFUL)
                    .map(Map.Entry::getKey)
                    .toList();
        } finally {
            fault = Fault.NONE;
        }
    }
}
