package io.gyre.loop.conformance;

import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Durations.seconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.HandDrivenLoop;
import io.gyre.loop.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AutoClose;

/** A loop whose time stands still, and tasks that take their time on it. */
abstract class ConformanceCase {
    @AutoClose
    final HandDrivenLoop driven = HandDrivenLoop.idleAtTheEnd();

    final EventLoop loop = driven.loop;
    final List<String> log = new ArrayList<>();
    final RuntimeException boom = new IllegalStateException("boom");

    /** Lets what is ready begin, then moves the clock on second by second. */
    final void pass(int number) {
        driven.settle();
        for (int i = 0; i < number; i++) {
            driven.advance(seconds(1));
        }
    }

    /** {@return a body that takes some seconds, and logs when it is cancelled} */
    final Callable<String> after(int number, String value) {
        return () -> {
            try {
                sleep(seconds(number));
                return value;
            } catch (CancelledException e) {
                log.add(value + " cancelled");
                throw e;
            }
        };
    }

    final Callable<String> failingAfter(int number) {
        return () -> {
            sleep(seconds(number));
            throw boom;
        };
    }

    /** {@return a task that has not begun} */
    final Task<String> task(Callable<String> body) {
        return loop.createTask(body);
    }

    /** {@return a task whose failure the test itself looks at} */
    final Task<String> watched(Callable<String> body) {
        Task<String> task = loop.createTask(body);
        task.whenDone(done -> {});
        return task;
    }

    /** Logs a line. {@return the line} */
    final String note(String line) {
        log.add(line);
        return line;
    }

    final void assertLog(String... lines) {
        assertThat(log).containsExactly(lines);
    }
}
