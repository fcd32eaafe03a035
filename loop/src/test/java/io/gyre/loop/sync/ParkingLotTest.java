package io.gyre.loop.sync;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.sync.Loops.cancel;
import static io.gyre.loop.sync.Loops.inOtherThread;
import static io.gyre.loop.sync.Loops.settle;
import static io.gyre.loop.sync.Loops.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gyre.loop.EventLoop;
import io.gyre.loop.Task;
import io.gyre.loop.WrongLoopException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ParkingLotTest {
    private final ParkingLot lot = new ParkingLot("the turn of");
    private final List<String> log = new ArrayList<>();

    private Task<?> waiter(String name) {
        return start(name, () -> {
            lot.park("the door");
            log.add(name);
        });
    }

    @Test
    void tasksAreWokenInOrderOfArrival() throws Exception {
        Loops.run(() -> {
            Task<?> first = waiter("first");
            Task<?> second = waiter("second");

            assertThat(lot.waiting()).isEqualTo(2);
            assertThat(lot.unpark()).isSameAs(first);
            assertThat(lot.unpark()).isSameAs(second);
            assertThat(lot.unpark()).isNull();
            settle();

            assertThat(log).containsExactly("first", "second");
        });
    }

    @Test
    void allAreWokenAtOnce() throws Exception {
        Loops.run(() -> {
            waiter("first");
            waiter("second");

            lot.unparkAll();
            settle();

            assertThat(log).containsExactly("first", "second");
            assertThat(lot.waiting()).isZero();
        });
    }

    @Test
    void cancelledTaskLeaves() throws Exception {
        Loops.run(() -> {
            Task<?> cancelled = waiter("cancelled");
            Task<?> left = waiter("left");

            cancel(cancelled);

            assertThat(cancelled.isCancelled()).isTrue();
            assertThat(lot.unpark()).isSameAs(left);
            settle();
            assertThat(log).containsExactly("left");
        });
    }

    @Test
    void taskThatWasWokenGoesOnThoughCancelled() throws Exception {
        Loops.run(() -> {
            Task<?> woken = waiter("woken");

            lot.unpark();
            cancel(woken);

            assertThat(log).containsExactly("woken");
        });
    }

    @Test
    void cancelledTaskDoesNotWait() throws Exception {
        Loops.run(() -> {
            Task<?> task = createTask(() -> lot.park("the door"));
            cancel(task);

            assertThat(task.isCancelled()).isTrue();
            assertThat(lot.waiting()).isZero();
        });
    }

    @Test
    void waitIsNamed() throws Exception {
        Loops.run(() -> {
            Task<?> waiter = waiter("waiter");

            assertThat(waiter.waitsFor()).isEqualTo("the turn of the door");
            assertThat(lot).hasToString("ParkingLot[the turn of ..., 1 waiting]");
            cancel(waiter);
        });
    }

    @Test
    void otherLoopsAndThreadsAreRefused() throws Exception {
        Loops.run(() -> {
            Task<?> waiter = waiter("waiter");

            inOtherThread(() -> {
                assertThatExceptionOfType(WrongThreadException.class).isThrownBy(lot::unpark);
                assertThatExceptionOfType(WrongThreadException.class).isThrownBy(lot::waiting);
                assertThatExceptionOfType(WrongLoopException.class)
                        .isThrownBy(() -> EventLoop.run(() -> lot.park("the door")));
            });
            assertThat(lot.waiting()).isOne();
            cancel(waiter);
        });
    }
}
