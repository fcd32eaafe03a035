package io.gyre.loop.sync;

import static io.gyre.loop.sync.Loops.cancel;
import static io.gyre.loop.sync.Loops.settle;
import static io.gyre.loop.sync.Loops.start;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.EventLoop;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventTest {
    private final Event event = new Event("a");
    private final List<String> log = new ArrayList<>();

    @Test
    void setWakesAllInOrder() throws Exception {
        Loops.run(() -> {
            for (String name : List.of("first", "second", "third")) {
                start(name, () -> {
                    event.await();
                    log.add(name);
                });
            }

            event.set();
            settle();

            assertThat(log).containsExactly("first", "second", "third");
        });
    }

    @Test
    void awaitOfASetEventReturns() throws Exception {
        Loops.run(() -> {
            event.set();
            event.await();
            assertThat(event.isSet()).isTrue();
        });
    }

    @Test
    void eventIsResettableAndThoseWhoWereWokenGoOn() throws Exception {
        Loops.run(() -> {
            start("woken", () -> {
                event.await();
                log.add("woken");
            });
            event.set();
            event.clear();
            var late = start("late", event::await);

            assertThat(log).containsExactly("woken");
            assertThat(event.isSet()).isFalse();
            assertThat(late.isDone()).isFalse();
            cancel(late);
        });
    }

    @Test
    void callbackMaySet() throws Exception {
        Loops.run(() -> {
            EventLoop.current().callSoon(event::set);
            event.await();
        });
    }

    @Test
    void statisticsCountTheWaiters() throws Exception {
        Loops.run(() -> {
            var waiter = start("waiter", event::await);
            assertThat(event.statistics()).isEqualTo(new Event.Statistics(false, 1));
            event.set();
            assertThat(event.statistics()).isEqualTo(new Event.Statistics(true, 0));
            waiter.await();
        });
    }

    @Test
    void nameIsOptional() {
        assertThat(event).hasToString("Event[a]");
        assertThat(new Event()).hasToString("Event");
    }
}
