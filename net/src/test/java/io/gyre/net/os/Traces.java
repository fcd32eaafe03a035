package io.gyre.net.os;

import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.Async;
import java.util.List;
import java.util.function.BooleanSupplier;

/** What programs and streams could leave behind in this process. */
final class Traces {
    private Traces() {}

    static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("gyre-process-"))
                .toList();
    }

    static boolean isRunning(long pid) {
        return ProcessHandle.of(pid).flatMap(handle -> handle.info().command()).isPresent();
    }

    static void assertNone(Subprocess process) {
        assertThat(process.isAlive()).as("alive").isFalse();
        assertThat(ProcessHandle.current().children().map(ProcessHandle::pid)).doesNotContain(process.pid());
        assertThat(threads()).isEmpty();
    }

    /** Lets the loop run until something outside has happened, which it does soon. */
    static void until(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Async.yieldNow();
        }
    }

    /** Keeps the loop until something outside has happened, so that the loop does not know of it yet. */
    static void spinUntil(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }
}
