package io.gyre.loop.sync;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.sync.Loops.cancel;
import static io.gyre.loop.sync.Loops.settle;
import static io.gyre.loop.sync.Loops.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gyre.loop.Task;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WatchTest {
    private final Watch<Integer> watch = new Watch<>("a", 0);
    private final List<Integer> seen = new ArrayList<>();

    @Test
    void receiverSeesThePresentValueAndThenTheLatest() throws Exception {
        Loops.run(() -> {
            Task<?> receiving = start("receiving", () -> {
                try (var receiver = watch.receiver()) {
                    receiver.forEach(seen::add);
                }
            });
            assertThat(seen).containsExactly(0);

            watch.set(1);
            watch.set(2);
            watch.set(3);
            settle();
            assertThat(seen).as("one was handed over, one was missed").containsExactly(0, 1, 3);

            watch.close();
            receiving.await();
            assertThat(watch.statistics()).isEqualTo(new Watch.Statistics(0, 0));
        });
    }

    @Test
    void slowReceiverMissesWhatWasReplaced() throws Exception {
        Loops.run(() -> {
            try (var receiver = watch.receiver()) {
                for (int i = 1; i <= 5; i++) {
                    watch.update(value -> value + 1);
                }
                assertThat(receiver.receive()).isEqualTo(5);
                assertThat(receiver.tryReceive()).isEmpty();
            }
            assertThat(watch.value()).isEqualTo(5);
        });
    }

    @Test
    void awaitReturnsTheValueThatFulfilsThePredicate() throws Exception {
        Loops.run(() -> {
            Task<Integer> waiter = createTask(() -> watch.await(value -> value >= 3));
            for (int i = 1; i <= 4; i++) {
                settle();
                watch.set(i);
            }
            assertThat(waiter.await()).isEqualTo(3);
            assertThat(watch.await(value -> value == 4)).isEqualTo(4);
            assertThat(watch.statistics().receivers()).isZero();
        });
    }

    @Test
    void closeEndsThoseWhoWait() throws Exception {
        Loops.run(() -> {
            Task<?> waiter = start("waiter", () -> assertThatExceptionOfType(ChannelEndedException.class)
                    .isThrownBy(() -> watch.await(value -> value == 1)));
            watch.close();
            settle();
            assertThat(waiter.isDone()).isTrue();
            assertThat(watch.isClosed()).isTrue();
            assertThatExceptionOfType(ChannelClosedException.class).isThrownBy(() -> watch.set(1));
            assertThat(watch.value()).isZero();
        });
    }

    @Test
    void statisticsCountReceiversAndWaiters() throws Exception {
        Loops.run(() -> {
            Receiver<Integer> receiver = watch.receiver();
            Task<?> waiter = start("waiter", () -> watch.await(value -> value == 1));
            assertThat(watch.statistics()).isEqualTo(new Watch.Statistics(2, 1));
            cancel(waiter);
            receiver.close();
            assertThat(watch.statistics()).isEqualTo(new Watch.Statistics(0, 0));
        });
    }

    @Test
    void nameIsOptional() {
        assertThat(watch).hasToString("Watch[a 0]");
        assertThat(new Watch<>("value")).hasToString("Watch[value]");
    }
}
