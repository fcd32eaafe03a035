package io.gyre.loop.sync;

import static io.gyre.loop.sync.Loops.cancel;
import static io.gyre.loop.sync.Loops.settle;
import static io.gyre.loop.sync.Loops.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.gyre.loop.Task;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BroadcastTest {
    private final Broadcast<Integer> broadcast = new Broadcast<>("a");
    private final List<String> log = new ArrayList<>();

    private static List<Integer> drain(Receiver<Integer> receiver) {
        var values = new ArrayList<Integer>();
        for (var value = receiver.tryReceive(); value.isPresent(); value = receiver.tryReceive()) {
            values.add(value.get());
        }
        return values;
    }

    private Task<?> startSending(int value) {
        return start("sending " + value, () -> {
            broadcast.send(value);
            log.add("sent " + value);
        });
    }

    @Test
    void eachSubscriberGetsEachValueFromThenOn() throws Exception {
        Loops.run(() -> {
            broadcast.send(0);
            Receiver<Integer> first = broadcast.subscribe(10, Overflow.SUSPEND);
            broadcast.send(1);
            Receiver<Integer> second = broadcast.subscribe(10, Overflow.SUSPEND);
            broadcast.send(2);

            assertThat(drain(first)).containsExactly(1, 2);
            assertThat(drain(second)).containsExactly(2);
        });
    }

    @Test
    void eachSubscriberHasItsOwnLagPolicy() throws Exception {
        Loops.run(() -> {
            Receiver<Integer> present = broadcast.subscribe(2, Overflow.DROP_OLDEST);
            Receiver<Integer> past = broadcast.subscribe(2, Overflow.DROP_LATEST);
            for (int i = 1; i <= 5; i++) {
                broadcast.send(i);
            }
            assertThat(drain(present)).containsExactly(4, 5);
            assertThat(drain(past)).containsExactly(1, 2);
            assertThat(present.statistics().dropped()).isEqualTo(3);
            assertThat(past.statistics().dropped()).isEqualTo(3);
        });
    }

    @Test
    void subscriberThatSuspendsSlowsTheSendersDownInOrder() throws Exception {
        Loops.run(() -> {
            Receiver<Integer> slow = broadcast.subscribe(1, Overflow.SUSPEND);
            Receiver<Integer> quick = broadcast.subscribe(10, Overflow.SUSPEND);
            startSending(1);
            startSending(2);
            startSending(3);
            assertThat(log).containsExactly("sent 1");
            assertThat(drain(quick)).as("all or none get a value").containsExactly(1);
            assertThat(broadcast.trySend(4)).isFalse();

            assertThat(drain(slow)).containsExactly(1, 2, 3);
            settle();

            assertThat(log).containsExactly("sent 1", "sent 2", "sent 3");
            assertThat(drain(quick)).containsExactly(2, 3);
            assertThat(broadcast.trySend(4)).isTrue();
        });
    }

    @Test
    void sendThatIsCancelledReachesNobody() throws Exception {
        Loops.run(() -> {
            Receiver<Integer> slow = broadcast.subscribe(1, Overflow.SUSPEND);
            Receiver<Integer> quick = broadcast.subscribe(10, Overflow.SUSPEND);
            broadcast.send(1);
            Task<?> sending = startSending(2);
            startSending(3);
            cancel(sending);

            assertThat(drain(slow)).containsExactly(1, 3);
            assertThat(drain(quick)).containsExactly(1, 3);
        });
    }

    @Test
    void subscriberThatLeavesLetsSendersOn() throws Exception {
        Loops.run(() -> {
            Receiver<Integer> slow = broadcast.subscribe(1, Overflow.SUSPEND);
            broadcast.send(1);
            startSending(2);
            slow.close();
            settle();
            assertThat(log).containsExactly("sent 2");
            assertThat(broadcast.statistics()).isEqualTo(new Broadcast.Statistics(List.of(), 0));
        });
    }

    @Test
    void valueHandedToACancelledReceiverIsDelivered() throws Exception {
        Loops.run(() -> {
            Receiver<Integer> receiver = broadcast.subscribe(1, Overflow.SUSPEND);
            Task<?> receiving = start("receiving", () -> log.add("received " + receiver.receive()));
            broadcast.send(1);
            receiving.cancel("too late");
            settle();
            assertThat(log).containsExactly("received 1");
        });
    }

    @Test
    void closeEndsTheSubscriptionsAfterWhatTheyHold() throws Exception {
        Loops.run(() -> {
            Receiver<Integer> receiver = broadcast.subscribe(1, Overflow.SUSPEND);
            broadcast.send(1);
            Task<?> sending = start("sending", () -> assertThatExceptionOfType(ChannelClosedException.class)
                    .isThrownBy(() -> broadcast.send(2))
                    .withMessageContaining("Broadcast[a] is closed"));

            broadcast.close();
            broadcast.close();
            settle();

            assertThat(sending.isDone()).isTrue();
            assertThat(broadcast.isClosed()).isTrue();
            assertThat(receiver).containsExactly(1);
            assertThatExceptionOfType(ChannelClosedException.class).isThrownBy(() -> broadcast.trySend(3));
            assertThat(broadcast.subscribe(1, Overflow.SUSPEND)).isEmpty();
        });
    }

    @Test
    void statisticsListTheSubscribers() throws Exception {
        Loops.run(() -> {
            Receiver<Integer> receiver = broadcast.subscribe(1, Overflow.SUSPEND);
            broadcast.send(1);
            Task<?> sending = startSending(2);
            assertThat(broadcast.statistics())
                    .isEqualTo(new Broadcast.Statistics(List.of(new Channel.Statistics(1, 1, 1, 0, 1, 1, 0, 0)), 1));
            cancel(sending);
            receiver.close();
        });
    }

    @Test
    void subscriberNeedsABuffer() throws Exception {
        Loops.run(() -> assertThatIllegalArgumentException()
                .isThrownBy(() -> broadcast.subscribe(0, Overflow.SUSPEND))
                .withMessageContaining("1 or more"));
    }

    @Test
    void nameIsOptional() {
        assertThat(new Broadcast<String>()).hasToString("Broadcast");
    }
}
