package io.gyre.loop.sync;

import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.gyre.loop.EventLoop;
import io.gyre.loop.Feature;
import io.gyre.loop.HandDrivenLoop;
import io.gyre.loop.OtherThread;
import io.gyre.loop.Task;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Publishing, rule by rule where {@link FlowsTckTest} does not look. */
class FlowsPublishTest {
    @AutoClose
    private final HandDrivenLoop driven = new HandDrivenLoop();

    private final EventLoop loop = driven.loop;
    private final ManualSubscriber subscriber = new ManualSubscriber();

    /** Logs its signals, and asks for what the test says. */
    private static final class ManualSubscriber implements Flow.Subscriber<Object> {
        private final List<String> log = new CopyOnWriteArrayList<>();
        private Consumer<Object> onNext = value -> {};
        private Flow.@Nullable Subscription subscription;

        Flow.Subscription subscription() {
            return Objects.requireNonNull(subscription);
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
        }

        @Override
        public void onNext(Object value) {
            log.add("" + value);
            onNext.accept(value);
        }

        @Override
        public void onError(Throwable failure) {
            log.add("failed: " + failure);
        }

        @Override
        public void onComplete() {
            log.add("completed");
        }

        @Override
        public String toString() {
            return "the subscriber";
        }
    }

    private void subscribeTo(Iterable<?> values) {
        driven.run(() -> Flows.publish(values).subscribe(subscriber));
    }

    private void subscribeTo(Generator<?> generator) {
        driven.run(() -> Flows.publish(generator).subscribe(subscriber));
    }

    private void request(long count) {
        subscriber.subscription().request(count);
        driven.settle();
    }

    private void cancel() {
        subscriber.subscription().cancel();
        driven.settle();
    }

    private List<String> log() {
        return subscriber.log;
    }

    private static void throwBrokenCleanUp() {
        throw new IllegalStateException("broken clean-up");
    }

    // ---- demand

    @Test
    void subscriberGetsNoMoreThanItHasAskedFor() {
        subscribeTo(List.of(1, 2, 3, 4));
        assertThat(log()).isEmpty();

        request(1);
        assertThat(log()).containsExactly("1");
        request(2);
        assertThat(log()).containsExactly("1", "2", "3");
        request(1);
        assertThat(log()).containsExactly("1", "2", "3", "4", "completed");
        driven.assertIdle();
    }

    @Test
    void taskSaysWhatItWaitsFor() {
        subscribeTo(List.of(1));

        assertThat(loop.tasks()).singleElement().satisfies(task -> {
            assertThat(task).hasToString("task 'delivery to ManualSubscriber'");
            assertThat(task.waitsFor()).isEqualTo("a request of the subscriber");
        });
        cancel();
    }

    @Test
    void subscriberWithoutANameIsServedWithoutOne() {
        var anonymous = new Flow.Subscriber<Object>() {
            @Override
            public void onSubscribe(Flow.Subscription given) {
                subscriber.onSubscribe(given);
            }

            @Override
            public void onNext(Object value) {}

            @Override
            public void onError(Throwable failure) {}

            @Override
            public void onComplete() {}
        };
        driven.run(() -> Flows.publish(List.of(1)).subscribe(anonymous));

        assertThat(loop.tasks()).singleElement().hasToString("task 'delivery'");
        cancel();
    }

    @Test
    void endIsSignalledWithoutAFurtherRequest() {
        subscribeTo(List.of());
        assertThat(log()).containsExactly("completed");
    }

    @Test
    void requestsMayComeOnAnyThreadAndInASignal() throws Exception {
        subscriber.onNext = value -> subscriber.subscription().request(1);
        subscribeTo(List.of(1, 2, 3));

        OtherThread.run(() -> subscriber.subscription().request(1)).get();
        driven.settle();

        assertThat(log()).containsExactly("1", "2", "3", "completed");
    }

    @Test
    void subscriptionMayBeMadeOnAnyThread() throws Exception {
        Flow.Publisher<Integer> publisher = driven.call(() -> Flows.publish(List.of(1, 2)));

        OtherThread.run(() -> publisher.subscribe(subscriber)).get();
        driven.settle();
        request(Long.MAX_VALUE);

        assertThat(log()).containsExactly("1", "2", "completed");
    }

    @Test
    void rule317DemandDoesNotOverflow() {
        subscribeTo(List.of(1, 2, 3));
        subscriber.subscription().request(Long.MAX_VALUE);
        subscriber.subscription().request(Long.MAX_VALUE);
        driven.settle();

        assertThat(log()).containsExactly("1", "2", "3", "completed");
    }

    @Test
    void eachSubscriptionIteratesByItself() {
        Flow.Publisher<Integer> publisher = driven.call(() -> Flows.publish(List.of(1, 2)));
        var other = new ManualSubscriber();
        driven.run(() -> {
            publisher.subscribe(subscriber);
            publisher.subscribe(other);
        });
        request(1);
        other.subscription().request(9);
        driven.settle();

        assertThat(log()).containsExactly("1");
        assertThat(other.log).containsExactly("1", "2", "completed");
        cancel();
    }

    @Test
    void publisherThatIsAlwaysReadyLetsOthersRun() {
        subscribeTo(IntStream.range(0, 1_000).boxed().toList());
        subscriber.subscription().request(1_000);
        int[] turns = {0};
        Task<?> other = loop.createTask(() -> {
            while (!log().contains("completed")) {
                turns[0]++;
                yieldNow();
            }
        });

        driven.settle();

        assertThat(other.isDone()).isTrue();
        assertThat(turns[0]).isGreaterThanOrEqualTo(7);
    }

    // ---- channels

    @Test
    void valueOfAReceiverIsTakenOnlyWhenItIsWanted() {
        Channel<Integer> channel = Channel.open(4);
        driven.run(() -> channel.sender().send(1));
        subscribeTo(channel.receiver());
        assertThat(channel.statistics().buffered()).isEqualTo(1);

        request(2);
        assertThat(log()).containsExactly("1");
        driven.run(() -> channel.sender().send(2));
        assertThat(log()).containsExactly("1", "2");
        driven.run(() -> channel.sender().send(3));

        cancel();
        assertThat(driven.call(() -> channel.receiver().receive())).isEqualTo(3);
        driven.assertIdle();
    }

    @Test
    void endOfAReceiverIsSignalledWithoutARequest() {
        Channel<Integer> channel = Channel.open(4);
        subscribeTo(channel.receiver());
        request(1);
        driven.run(() -> channel.sender().send(1));
        assertThat(log()).containsExactly("1");

        driven.run(() -> channel.sender().close());

        assertThat(log()).containsExactly("1", "completed");
    }

    @Test
    void endOfAReceiverIsSignalledWhenSomebodyElseHasTakenTheRest() {
        Channel<Integer> channel = Channel.open(4);
        driven.run(() -> channel.sender().send(1));
        subscribeTo(channel.receiver());
        driven.run(() -> channel.sender().close());
        assertThat(log()).isEmpty();

        assertThat(driven.call(() -> channel.receiver().receive())).isEqualTo(1);
        driven.settle();

        assertThat(log()).containsExactly("completed");
    }

    @Test
    void failureBehindAReceiverIsSignalledWithoutARequest() {
        var subscribed = new ArrayList<Flow.Subscriber<? super Integer>>();
        Receiver<Integer> receiver = driven.call(() -> Flows.subscribe(subscribed::add, 4));
        subscribeTo(receiver);

        subscribed.getFirst().onError(new IOException("boom"));
        driven.settle();

        assertThat(log()).singleElement().asString().startsWith("failed: ").endsWith("java.io.IOException: boom");
    }

    @Test
    void valueOfAThreadChannelIsTakenOnlyWhenItIsWanted() {
        var channel = new ThreadChannel<Integer>(4);
        channel.send(1);
        channel.send(2);
        subscribeTo(channel);
        request(1);
        assertThat(log()).containsExactly("1");

        cancel();

        assertThat(channel.tryReceive()).contains(2);
        channel.close();
    }

    @Test
    void endOfAThreadChannelIsSignalledWithTheNextRequest() {
        var channel = new ThreadChannel<Integer>(4);
        channel.send(1);
        subscribeTo(channel);
        request(2);
        channel.close();
        driven.settle();

        assertThat(log()).containsExactly("1", "completed");
    }

    // ---- generators

    @Test
    void eachSubscriptionRunsTheGenerator() {
        int[] runs = {0};
        Flow.Publisher<Integer> publisher = driven.call(() -> Flows.publish(Channel.<Integer>produce(0, sender -> {
            int run = ++runs[0];
            sender.send(10 * run);
            sender.send(10 * run + 1);
        })));
        var other = new ManualSubscriber();
        driven.run(() -> {
            publisher.subscribe(subscriber);
            publisher.subscribe(other);
        });
        request(9);
        other.subscription().request(9);
        driven.settle();

        assertThat(log()).containsExactly("10", "11", "completed");
        assertThat(other.log).containsExactly("20", "21", "completed");
    }

    @Test
    void cancelEndsTheProducer() {
        subscribeTo(Channel.produce(0, sender -> {
            try {
                sender.send(1);
            } finally {
                log().add("producer ended");
            }
        }));
        assertThat(log()).isEmpty();

        cancel();

        assertThat(log()).containsExactly("producer ended");
        driven.assertIdle();
    }

    @Test
    void failureOfAProducerIsSignalledBehindItsValues() {
        subscribeTo(Channel.produce(1, sender -> {
            sender.send(1);
            throw new IOException("boom");
        }));
        request(1);

        assertThat(log()).hasSize(2).startsWith("1").last().asString().contains("java.io.IOException: boom");
    }

    @Test
    void failureOfAProducerThatHasSentAllIsSignalledToo() {
        subscribeTo(Channel.produce(1, sender -> {
            sender.send(1);
            sender.close();
            yieldNow();
            throwBrokenCleanUp();
        }));
        request(9);

        assertThat(log()).hasSize(2).startsWith("1").last().asString().contains("broken clean-up");
    }

    // ---- the end

    @Test
    void exceptionOfTheIteratorIsSignalled() {
        Iterator<Integer> broken = new Iterator<>() {
            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public Integer next() {
                throw new IllegalStateException("broken iterator");
            }
        };
        Iterable<Integer> values = () -> broken;
        subscribeTo(values);
        request(1);

        assertThat(log()).containsExactly("failed: java.lang.IllegalStateException: broken iterator");
        driven.assertIdle();
    }

    @Test
    void nullIsNoValue() {
        subscribeTo(Arrays.asList(1, null));
        request(2);

        assertThat(log())
                .hasSize(2)
                .startsWith("1")
                .last()
                .asString()
                .startsWith("failed: java.lang.NullPointerException: a null among the values to publish");
    }

    @Test
    void cancelEndsTheTaskInEachState() {
        subscribeTo(List.of(1, 2));
        cancel();
        cancel();
        driven.assertIdle();

        Channel<Integer> channel = Channel.open();
        subscribeTo(channel.receiver());
        request(1);
        assertThat(channel.statistics().receiving()).isEqualTo(1);
        cancel();
        request(1);
        assertThat(channel.statistics().receiving()).isZero();
        driven.assertIdle();
        assertThat(log()).isEmpty();
    }

    @Test
    void cancelInASignalEndsTheTaskBehindIt() {
        subscriber.onNext = value -> {
            subscriber.subscription().cancel();
            log().add("interrupted: " + Thread.currentThread().isInterrupted());
        };
        subscribeTo(List.of(1, 2));
        request(9);

        assertThat(log()).containsExactly("1", "interrupted: false");
        driven.assertIdle();
    }

    @Test
    void cancelBeforeTheTaskHasBegunIsSilent() {
        loop.createTask(() -> {
            Flows.publish(List.of(1)).subscribe(subscriber);
            loop.tasks().getLast().cancel("by somebody else");
        });
        driven.settle();

        assertThat(log()).singleElement().asString().startsWith("failed: io.gyre.loop.CancelledException");
        driven.assertIdle();
    }

    /** Rule 1.8 allows it, and nothing is lost. */
    @Test
    void valueThatWasHandedOverWinsOverTheCancellation() {
        Channel<Integer> channel = Channel.open();
        subscribeTo(channel.receiver());
        request(1);

        loop.createTask(() -> {
            channel.sender().send(1);
            subscriber.subscription().cancel();
        });
        driven.settle();

        assertThat(log()).containsExactly("1");
        driven.assertIdle();
    }

    @Test
    void rule309IllegalRequestIsSignalledInEachState() {
        subscribeTo(List.of(1));
        request(0);
        assertThat(log()).singleElement().asString().contains("IllegalArgumentException: a request for 0 values");
        log().clear();

        Channel<Integer> channel = Channel.open();
        subscribeTo(channel.receiver());
        request(1);
        request(-1);
        assertThat(log()).singleElement().asString().contains("IllegalArgumentException: a request for -1 values");
        log().clear();

        subscriber.onNext = value -> subscriber.subscription().request(-2);
        subscribeTo(List.of(1, 2));
        request(9);
        assertThat(log())
                .hasSize(2)
                .startsWith("1")
                .last()
                .asString()
                .contains("IllegalArgumentException: a request for -2 values: it must be for 1 or more, by rule 3.9");
        driven.assertIdle();
    }

    @Test
    void rule213SubscriberThatThrowsIsCancelledAndReported() {
        subscriber.onNext = value -> {
            throw new IllegalStateException("broken subscriber");
        };
        subscribeTo(List.of(1, 2));
        request(9);

        assertThat(log()).containsExactly("1");
        assertThat(driven.takeFailures()).singleElement().satisfies(failure -> assertThat(failure.exception())
                .hasMessageContaining("the subscriber threw in onNext, which violates rule 2.13")
                .hasRootCauseMessage("broken subscriber"));
        driven.assertIdle();
    }

    @Test
    void failureThatNobodyCanBeToldOfIsReported() {
        subscribeTo(Channel.produce(0, sender -> {
            try {
                new Event().await();
            } finally {
                throwBrokenCleanUp();
            }
        }));
        cancel();

        assertThat(log()).isEmpty();
        assertThat(driven.takeFailures()).singleElement().satisfies(failure -> assertThat(failure.exception())
                .hasRootCauseMessage("broken clean-up"));
    }

    @Test
    void closingTheLoopIsAFailure() {
        subscribeTo(List.of(1));

        loop.close();

        assertThat(log()).singleElement().asString().startsWith("failed: io.gyre.loop.CancelledException");
        subscriber.subscription().request(1);
        subscriber.subscription().cancel();
        assertThat(log()).hasSize(1);
    }

    @Test
    void rule109SubscriberOfAClosedLoopGetsASubscriptionAndAFailure() throws Exception {
        Flow.Publisher<Integer> publisher = driven.call(() -> Flows.publish(List.of(1)));
        loop.close();

        OtherThread.run(() -> publisher.subscribe(subscriber)).get();

        assertThat(subscriber.subscription).isNotNull();
        assertThat(log()).singleElement().asString().startsWith("failed: io.gyre.loop.LoopClosedException");
    }

    @Test
    @Feature("Reactive Streams, in both directions")
    void roundTripOnOneLoopLosesNothing() {
        List<Integer> numbers = IntStream.range(0, 1_000).boxed().toList();
        List<Integer> received = driven.call(() -> {
            try (Receiver<Integer> receiver = Flows.subscribe(Flows.publish(numbers), 3)) {
                return receiver.stream().toList();
            }
        });

        assertThat(received).isEqualTo(numbers);
        driven.assertIdle();
    }

    @Test
    void roundTripBetweenLoopsLosesNothing() throws Exception {
        List<Integer> numbers = IntStream.range(0, 1_000).boxed().toList();
        Flow.Publisher<Integer> publisher = driven.call(() -> Flows.publish(numbers));
        var received = OtherThread.call(() -> EventLoop.run(() -> {
            try (Receiver<Integer> receiver = Flows.subscribe(publisher, 16)) {
                return receiver.stream().toList();
            }
        }));

        driven.runUntil(received::isDone);

        assertThat(received.get()).isEqualTo(numbers);
        driven.assertIdle();
    }

    @Test
    void publishingOutsideATaskIsRejected() {
        assertThatIllegalStateException()
                .isThrownBy(() -> Flows.publish(List.of(1)))
                .withMessageContaining("is not a task of an event loop");
    }

    @Test
    void taskOfASubscriptionIsNobodyElses() {
        subscribeTo(List.of(1));
        assertThat(loop.tasks()).hasSize(1);
        assertThatNullPointerException().isThrownBy(() -> {
            Flow.Publisher<Integer> publisher = driven.call(() -> Flows.publish(List.of(1)));
            publisher.subscribe(nobody());
        });
        assertThat(loop.tasks()).hasSize(1);
        cancel();
        assertThat(driven.call(() -> currentTask().isDone())).isFalse();
    }

    @SuppressWarnings("NullAway") // what a caller without a null checker may do
    private static Flow.Subscriber<Object> nobody() {
        return null;
    }
}
