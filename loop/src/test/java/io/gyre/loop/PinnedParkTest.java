package io.gyre.loop;

import static io.gyre.loop.Durations.ONE_DAY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A thread that cannot be unmounted would stop its loop for good when it waits for something of the loop. */
class PinnedParkTest {
    /** The JDK pins a thread to its carrier while it runs this. */
    private static final class Sleeper {
        static final String VALUE = sleep();

        private static String sleep() {
            Async.sleep(ONE_DAY);
            return "never";
        }
    }

    @Test
    @Feature("Pinning detection: a pinned wait fails instead of stopping the loop")
    void waitInAClassInitializerFailsAndTheLoopGoesOn() throws Exception {
        String other = EventLoop.run(LoopOptions.defaults().withSlowStep(Duration.ofMillis(20)), () -> {
            assertThatExceptionOfType(ExceptionInInitializerError.class)
                    .isThrownBy(() -> Sleeper.VALUE.length())
                    .havingCause()
                    .isInstanceOf(IllegalStateException.class)
                    .withMessageContaining("cannot wait for a sleep")
                    .withMessageContaining("is pinned")
                    .withMessageContaining("class initializer");
            return Async.createTask(() -> "goes on").await();
        });

        assertThat(other).isEqualTo("goes on");
    }
}
