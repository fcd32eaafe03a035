package io.gyre.loop;

import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Durations.ONE_SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.sync.Queue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Tasks and timers that want to go on, whatever is done to their loop. Made in a task of it; they live on its clock. */
final class Inhabitants {
    private final EventLoop loop = EventLoop.current();
    private final Queue<Integer> queue = new Queue<>(1);
    private final List<Integer> received = new ArrayList<>();
    private int beats;

    Inhabitants() {
        loop.createSystemTask("heart", () -> {
            while (true) {
                sleep(ONE_SECOND);
                beats++;
            }
        });
        loop.createSystemTask("producer", () -> {
            for (int item = 0; ; item++) {
                queue.put(item);
                sleep(ONE_SECOND);
            }
        });
        loop.createSystemTask("consumer", () -> {
            while (true) {
                received.add(queue.get());
            }
        });
    }

    /**
     * Fails unless all of them go on, and timers fire in their order.
     *
     * @param advance moves the clock on by a second, and runs what is ready
     */
    void assertAlive(Runnable advance) {
        var fired = new ArrayList<Integer>();
        for (int i = 9; i >= 0; i--) {
            int number = i;
            loop.callLater(Duration.ofMillis(i), () -> fired.add(number));
        }
        int before = beats;
        for (int second = 0; second < 3; second++) {
            advance.run();
        }
        assertThat(beats - before).as("beats").isEqualTo(3);
        assertThat(fired).as("timers").hasSize(10).isSorted();
        assertThat(received).as("items").hasSizeGreaterThanOrEqualTo(3);
        assertThat(received)
                .as("items, in their order")
                .containsExactlyElementsOf(
                        IntStream.range(0, received.size()).boxed().toList());
    }
}
