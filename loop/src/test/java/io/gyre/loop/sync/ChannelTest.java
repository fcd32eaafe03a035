package io.gyre.loop.sync;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.sync.Loops.cancel;
import static io.gyre.loop.sync.Loops.settle;
import static io.gyre.loop.sync.Loops.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.gyre.loop.EventLoop;
import io.gyre.loop.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class ChannelTest {
    private final List<String> log = new ArrayList<>();

    private Task<?> startReceiving(String name, Receiver<String> receiver) {
        return start(name, () -> log.add(name + " received " + receiver.receive()));
    }

    private Task<?> startSending(Sender<String> sender, String value) {
        return start("sending " + value, () -> {
            sender.send(value);
            log.add("sent " + value);
        });
    }

    @Test
    void rendezvousIsTheDefault() throws Exception {
        Loops.run(() -> {
            Channel<String> channel = Channel.open();
            assertThat(channel.sender().trySend("nobody is there")).isFalse();
            startSending(channel.sender(), "1");
            assertThat(log).isEmpty();

            assertThat(channel.receiver().receive()).isEqualTo("1");
            settle();

            assertThat(log).containsExactly("sent 1");
            assertThat(channel.statistics().peak()).isZero();
        });
    }

    @Test
    void sendersAndReceiversAreServedInOrderOfArrival() throws Exception {
        Loops.run(() -> {
            Channel<String> channel = Channel.open();
            startReceiving("first", channel.receiver());
            startReceiving("second", channel.receiver());
            channel.sender().send("1");
            channel.sender().send("2");
            settle();
            assertThat(log).containsExactly("first received 1", "second received 2");

            startSending(channel.sender(), "3");
            startSending(channel.sender(), "4");
            assertThat(List.of(channel.receiver().receive(), channel.receiver().receive()))
                    .containsExactly("3", "4");
        });
    }

    @Test
    void bufferHoldsAsManyAsItsCapacity() throws Exception {
        Loops.run(() -> {
            Channel<String> channel = Channel.open(2);
            startSending(channel.sender(), "1");
            startSending(channel.sender(), "2");
            startSending(channel.sender(), "3");
            assertThat(log).containsExactly("sent 1", "sent 2");

            assertThat(channel.receiver().receive()).isEqualTo("1");
            settle();

            assertThat(log).containsExactly("sent 1", "sent 2", "sent 3");
            assertThat(channel.receiver().tryReceive()).contains("2");
            assertThat(channel.receiver().tryReceive()).contains("3");
            assertThat(channel.receiver().tryReceive()).isEmpty();
        });
    }

    @Test
    void valueHandedToACancelledReceiverIsDelivered() throws Exception {
        Loops.run(() -> {
            Channel<String> channel = Channel.open();
            Task<?> receiver = startReceiving("receiver", channel.receiver());
            channel.sender().send("value");
            receiver.cancel("too late");
            settle();
            assertThat(log).containsExactly("receiver received value");
        });
    }

    @Test
    void receiverIsIterableUntilTheLastSenderIsClosed() throws Exception {
        Loops.run(() -> {
            Channel<String> channel = Channel.open();
            for (String name : List.of("a", "b")) {
                Sender<String> own = channel.sender().duplicate();
                createTask(() -> {
                    try (own) {
                        own.send(name + "1");
                        yieldNow();
                        own.send(name + "2");
                    }
                });
            }
            channel.sender().close();
            for (String value : channel.receiver()) {
                log.add(value);
            }
            assertThat(log).containsExactly("a1", "b1", "a2", "b2");
        });
    }

    @Test
    void leavingTheIterationLosesNothing() throws Exception {
        Loops.run(() -> {
            Channel<String> channel = Channel.open(3);
            for (String value : List.of("1", "2", "3")) {
                channel.sender().send(value);
            }
            for (String value : channel.receiver()) {
                assertThat(value).isEqualTo("1");
                break;
            }
            assertThat(channel.receiver().receive()).isEqualTo("2");
            channel.sender().close();
            var rest = channel.receiver().iterator();
            assertThat(rest.next()).isEqualTo("3");
            assertThat(rest.hasNext()).isFalse();
            assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(rest::next);
        });
    }

    /** The row "Java Stream/Iterator from async source". */
    @Test
    void streamSuspendsForEachValue() throws Exception {
        Loops.run(() -> {
            Channel<Integer> channel = Channel.open();
            createTask(() -> {
                try (var sender = channel.sender()) {
                    for (int i = 1; i <= 5; i++) {
                        sender.send(i);
                    }
                }
            });
            try (var values = channel.receiver().stream()) {
                assertThat(values.filter(value -> value % 2 == 1).map(value -> value * 10))
                        .containsExactly(10, 30, 50);
            }
            assertThat(channel.receiver().isClosed()).isTrue();
        });
    }

    @Test
    void endOfTheChannelComesAfterWhatItHolds() throws Exception {
        Loops.run(() -> {
            Channel<String> channel = Channel.open(2);
            channel.sender().send("1");
            channel.sender().close();

            assertThat(channel.receiver().receive()).isEqualTo("1");
            assertThatExceptionOfType(ChannelEndedException.class)
                    .isThrownBy(() -> channel.receiver().receive())
                    .withMessageContaining("nothing more comes from Channel[0/2]");
            assertThatExceptionOfType(ChannelEndedException.class)
                    .isThrownBy(() -> channel.receiver().tryReceive());
        });
    }

    @Test
    void endOfTheChannelWakesThoseWhoReceive() throws Exception {
        Loops.run(() -> {
            Channel<String> channel = Channel.open();
            Task<?> receiving = start("receiving", () -> assertThatExceptionOfType(ChannelEndedException.class)
                    .isThrownBy(() -> channel.receiver().receive()));
            Sender<String> other = channel.sender().duplicate();
            channel.sender().close();
            settle();
            assertThat(receiving.isDone()).as("the other sender is open").isFalse();
            other.close();
            settle();
            assertThat(receiving.isDone()).isTrue();
        });
    }

    @Test
    void closingTheLastReceiverBreaksTheChannel() throws Exception {
        Loops.run(() -> {
            Channel<String> channel = Channel.open("broken", 1, Overflow.SUSPEND);
            channel.sender().send("dropped");
            Task<?> sending = start("sending", () -> assertThatExceptionOfType(ChannelBrokenException.class)
                    .isThrownBy(() -> channel.sender().send("2"))
                    .withMessageContaining("nobody receives from Channel[broken 0/1] any more"));
            Receiver<String> other = channel.receiver().duplicate();
            channel.receiver().close();
            settle();
            assertThat(sending.isDone()).isFalse();

            other.close();
            settle();

            assertThat(sending.isDone()).isTrue();
            assertThat(channel.statistics()).isEqualTo(new Channel.Statistics(0, 1, 1, 0, 1, 0, 0, 0));
            assertThatExceptionOfType(ChannelBrokenException.class)
                    .isThrownBy(() -> channel.sender().trySend("3"));
        });
    }

    @Test
    void endThatIsClosedRejectsItsUsersAlone() throws Exception {
        Loops.run(() -> {
            Channel<String> channel = Channel.open();
            Sender<String> sender = channel.sender().duplicate();
            Receiver<String> receiver = channel.receiver().duplicate();
            Task<?> sending = start("sending", () -> assertThatExceptionOfType(ChannelClosedException.class)
                    .isThrownBy(() -> sender.send("1"))
                    .withMessageContaining("this sender of Channel[0/0] is closed"));
            Task<?> other = startSending(channel.sender(), "2");

            sender.close();
            sender.close();
            settle();
            assertThat(sending.isDone()).isTrue();
            assertThat(sender.isClosed()).isTrue();
            assertThat(other.isDone()).isFalse();
            assertThat(receiver.receive()).isEqualTo("2");

            Task<?> receiving = start("receiving", () -> assertThatExceptionOfType(ChannelClosedException.class)
                    .isThrownBy(receiver::receive)
                    .withMessageContaining("this receiver of Channel[0/0] is closed"));
            startReceiving("other", channel.receiver());
            receiver.close();
            receiver.close();
            settle();
            assertThat(receiving.isDone()).isTrue();
            channel.sender().send("3");
            settle();
            assertThat(log).endsWith("other received 3");
        });
    }

    @Test
    void closedEndsRejectEveryCall() throws Exception {
        Loops.run(() -> {
            Channel<String> channel = Channel.open();
            channel.sender().close();
            channel.receiver().close();
            assertThatExceptionOfType(ChannelClosedException.class)
                    .isThrownBy(() -> channel.sender().send("1"));
            assertThatExceptionOfType(ChannelClosedException.class)
                    .isThrownBy(() -> channel.sender().trySend("1"));
            assertThatExceptionOfType(ChannelClosedException.class)
                    .isThrownBy(() -> channel.sender().duplicate());
            assertThatExceptionOfType(ChannelClosedException.class)
                    .isThrownBy(() -> channel.receiver().receive());
            assertThatExceptionOfType(ChannelClosedException.class)
                    .isThrownBy(() -> channel.receiver().tryReceive());
            assertThatExceptionOfType(ChannelClosedException.class)
                    .isThrownBy(() -> channel.receiver().duplicate());
        });
    }

    @Test
    void overflowDropOldestKeepsTheLatest() throws Exception {
        Loops.run(() -> {
            Channel<Integer> channel = Channel.open(2, Overflow.DROP_OLDEST);
            for (int i = 1; i <= 5; i++) {
                channel.sender().send(i);
            }
            assertThat(channel.sender().trySend(6)).isTrue();
            assertThat(List.of(channel.receiver().receive(), channel.receiver().receive()))
                    .containsExactly(5, 6);
            assertThat(channel.statistics().dropped()).isEqualTo(4);
        });
    }

    @Test
    void overflowDropLatestKeepsTheFirst() throws Exception {
        Loops.run(() -> {
            Channel<Integer> channel = Channel.open(2, Overflow.DROP_LATEST);
            for (int i = 1; i <= 5; i++) {
                channel.sender().send(i);
            }
            assertThat(channel.sender().trySend(6)).isFalse();
            assertThat(List.of(channel.receiver().receive(), channel.receiver().receive()))
                    .containsExactly(1, 2);
            assertThat(channel.statistics().dropped()).isEqualTo(4);
        });
    }

    @Test
    void conflatedChannelHoldsTheLatestValueAlone() throws Exception {
        Loops.run(() -> {
            Channel<Integer> channel = Channel.conflated();
            for (int i = 1; i <= 5; i++) {
                channel.sender().send(i);
            }
            assertThat(channel.receiver().receive()).isEqualTo(5);
            assertThat(channel.receiver().tryReceive()).isEmpty();
        });
    }

    /** What tokio calls {@code Notify}: a notification is kept for the next one who waits, and two are one. */
    @Test
    void conflatedChannelIsANotificationWithAPermit() throws Exception {
        Loops.run(() -> {
            Channel<String> notified = Channel.conflated();
            notified.sender().trySend("early");
            notified.sender().trySend("again");
            notified.receiver().receive();
            Task<?> waiter = startReceiving("waiter", notified.receiver());
            assertThat(waiter.isDone()).isFalse();
            notified.sender().trySend("now");
            settle();
            assertThat(log).containsExactly("waiter received now");
        });
    }

    /** A loop takes values from another thread through its own door. */
    @Test
    void otherThreadSendsByCallSoonThreadsafe() throws Exception {
        Loops.run(() -> {
            EventLoop loop = EventLoop.current();
            Channel<Integer> channel = Channel.open(Queue.UNBOUNDED);
            Thread.ofPlatform().daemon().start(() -> {
                for (int i = 0; i < 10; i++) {
                    int value = i;
                    loop.callSoonThreadsafe(() -> channel.sender().trySend(value));
                }
                loop.callSoonThreadsafe(() -> channel.sender().close());
            });
            assertThat(channel.receiver()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        });
    }

    @Test
    void droppingNeedsABufferAndCapacityIsNotNegative() {
        assertThatIllegalArgumentException().isThrownBy(() -> Channel.open(-1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Channel.open(0, Overflow.DROP_OLDEST))
                .withMessageContaining("DROP_OLDEST needs a capacity of 1 or more");
    }

    @Test
    void statisticsCountValuesEndsAndWaiters() throws Exception {
        Loops.run(() -> {
            Channel<String> channel = Channel.open("a", 1, Overflow.SUSPEND);
            Task<?> receiving = startReceiving("receiver", channel.receiver());
            assertThat(channel.receiver().statistics()).isEqualTo(new Channel.Statistics(0, 1, 0, 0, 1, 1, 0, 1));
            cancel(receiving);
            channel.sender().send("1");
            Task<?> sending = startSending(channel.sender().duplicate(), "2");
            assertThat(channel.statistics()).isEqualTo(new Channel.Statistics(1, 1, 1, 0, 2, 1, 1, 0));
            cancel(sending);
            assertThat(channel.statistics().sending()).isZero();
            assertThat(channel).hasToString("Channel[a 1/1]");
            assertThat(channel.receiver()).hasToString("Channel[a 1/1]");
            assertThat(Channel.<String>open(Queue.UNBOUNDED)).hasToString("Channel[0]");
        });
    }
}
