package io.gyre.loop.testing;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LowLevel;
import io.gyre.loop.OffloadedCall;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Waits for the end of offloaded calls, which is a matter of real time. In a task. */
final class OffloadEnd {
    /** Long enough for a call to react to an interrupt, even on a busy machine. */
    static final Duration PATIENCE = Duration.ofSeconds(2);

    /** A call ends in its own thread; only the failure of a test takes many looks. */
    private static final long BETWEEN_LOOKS_NANOS = 1_000_000;

    private OffloadEnd() {}

    /** {@return the calls that have not ended in time} This task holds the clock meanwhile. */
    static List<OffloadedCall> await(Predicate<OffloadedCall> which) {
        long begin = System.nanoTime();
        for (; ; ) {
            List<OffloadedCall> left =
                    EventLoop.current().offloadedCalls().stream().filter(which).toList();
            if (left.isEmpty() || System.nanoTime() - begin > PATIENCE.toNanos()) {
                return left;
            }
            LowLevel.<@Nullable Void, RuntimeException>blocking("the end of offloaded calls", () -> {
                LockSupport.parkNanos(BETWEEN_LOOKS_NANOS);
                return null;
            });
        }
    }

    static String lines(List<OffloadedCall> calls) {
        var text = new StringBuilder();
        calls.forEach(call -> text.append("\n    ").append(call));
        return text.toString();
    }
}
