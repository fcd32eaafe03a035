package io.gyre.loop.sync;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.gyre.loop.EventLoop;
import io.gyre.loop.HandDrivenLoop;
import io.gyre.loop.OtherThread;
import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.VirtualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.concurrent.Future.State;
import java.util.concurrent.SubmissionPublisher;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Receiving from a publisher, rule by rule where {@link FlowsTckTest} does not look. */
class FlowsSubscribeTest {
    @AutoClose
    private final HandDrivenLoop driven = new HandDrivenLoop();

    private final List<String> log = new ArrayList<>();
    private final ManualPublisher publisher = new ManualPublisher();

    /** Signals what the test says, when it says so, and logs what it is asked for. */
    private final class ManualPublisher implements Flow.Publisher<String>, Flow.Subscription {
        private Flow.@Nullable Subscriber<? super String> subscriber;
        private @Nullable RuntimeException thrown;

        @Override
        public void subscribe(Flow.Subscriber<? super String> newSubscriber) {
            subscriber = newSubscriber;
            newSubscriber.onSubscribe(this);
        }

        Flow.Subscriber<? super String> subscriber() {
            return Objects.requireNonNull(subscriber);
        }

        void send(String... values) {
            List.of(values).forEach(subscriber()::onNext);
            driven.settle();
        }

        void fail(Throwable failure) {
            subscriber().onError(failure);
            driven.settle();
        }

        void complete() {
            subscriber().onComplete();
            driven.settle();
        }

        @Override
        public void request(long count) {
            log.add("request " + count);
            throwIfWanted();
        }

        @Override
        public void cancel() {
            log.add("cancel");
            throwIfWanted();
        }

        private void throwIfWanted() {
            if (thrown != null) {
                throw thrown;
            }
        }

        @Override
        public String toString() {
            return "ManualPublisher";
        }
    }

    private Receiver<String> subscribe(int capacity) {
        Receiver<String> receiver = driven.call(() -> Flows.subscribe(publisher, capacity));
        driven.settle();
        return receiver;
    }

    private Task<String> startReceiving(Receiver<String> receiver) {
        return driven.start(() -> receiver.receive());
    }

    // ---- values and demand

    @Test
    void asManyValuesAreRequestedAsThereIsRoomForAndThenHalfTheCapacityAtATime() {
        Receiver<String> receiver = subscribe(4);
        assertThat(log).containsExactly("request 4");
        publisher.send("1", "2", "3", "4");
        assertThat(receiver.statistics().buffered()).isEqualTo(4);
        log.clear();

        for (int i = 1; i <= 4; i++) {
            assertThat(startReceiving(receiver).resultNow()).isEqualTo("" + i);
            log.add("received " + i);
        }

        assertThat(log)
                .containsExactly("received 1", "request 2", "received 2", "received 3", "request 2", "received 4");
    }

    @Test
    void valueThatSomebodyWaitsForMakesRoomAtOnce() {
        Receiver<String> receiver = subscribe(1);
        Task<String> task = startReceiving(receiver);
        log.clear();

        publisher.send("value");

        assertThat(task.resultNow()).isEqualTo("value");
        assertThat(log).containsExactly("request 1");
    }

    @Test
    void loopOverTheReceiverEndsWhenThePublisherCompletes() {
        Receiver<String> receiver = subscribe(4);
        driven.start(() -> {
            for (String value : receiver) {
                log.add(value);
            }
            log.add("ended");
        });
        log.clear();

        publisher.send("1", "2");
        publisher.complete();

        assertThat(log).containsExactly("1", "request 2", "2", "ended");
        assertThat(receiver.isClosed()).isFalse();
    }

    @Test
    void endComesAfterWhatIsKept() {
        Receiver<String> receiver = subscribe(4);
        publisher.send("1");
        publisher.complete();

        assertThat(startReceiving(receiver).resultNow()).isEqualTo("1");
        driven.run(() -> assertThatExceptionOfType(ChannelEndedException.class).isThrownBy(receiver::receive));
    }

    @Test
    void signalsMayComeOnAnyThread() throws Exception {
        Receiver<String> receiver = subscribe(4);
        for (String value : List.of("1", "2", "3")) {
            OtherThread.run(() -> publisher.subscriber().onNext(value)).get();
        }
        OtherThread.run(() -> publisher.subscriber().onComplete()).get();

        assertThat(driven.call(() -> receiver.stream().toList())).containsExactly("1", "2", "3");
    }

    @Test
    void publisherOfTheJdkOnManyThreadsLosesNothing() throws Exception {
        int count = 20_000;
        List<Integer> received = EventLoop.run(() -> {
            try (var numbers = new SubmissionPublisher<Integer>();
                    Receiver<Integer> receiver = Flows.subscribe(numbers, 16)) {
                createTask(() -> {
                    IntStream.range(0, count).forEach(numbers::submit);
                });
                return receiver.stream().limit(count).toList();
            }
        });

        assertThat(received)
                .containsExactlyElementsOf(IntStream.range(0, count).boxed().toList());
    }

    @Test
    void selectWaitsForAPublisherToo() {
        Receiver<String> receiver = subscribe(4);
        Task<String> task = driven.start(() -> Select.<String>first()
                .onReceive(receiver, value -> "received " + value)
                .onTimeout(Duration.ofDays(1), () -> "timed out")
                .await());

        publisher.send("value");

        assertThat(task.resultNow()).isEqualTo("received value");
        driven.assertIdle();
    }

    // ---- failures

    @Test
    void failureComesBehindTheValuesAsACause() {
        var failure = new IOException("boom");
        Receiver<String> receiver = subscribe(4);
        publisher.send("1");
        publisher.fail(failure);

        assertThat(startReceiving(receiver).resultNow()).isEqualTo("1");
        driven.run(() -> {
            assertThatExceptionOfType(CompletionException.class)
                    .isThrownBy(receiver::receive)
                    .withMessageContaining("what sends to Subscription[ManualPublisher 0/4] failed")
                    .withCause(failure);
            assertThatExceptionOfType(CompletionException.class)
                    .isThrownBy(() -> receiver.forEach(value -> log.add("never")))
                    .withCause(failure);
        });
    }

    @Test
    void failureWakesThoseWhoWait() {
        Receiver<String> receiver = subscribe(4);
        Task<?> task = driven.start(() -> assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(receiver::receive)
                .withCauseInstanceOf(IOException.class));

        publisher.fail(new IOException("boom"));

        assertThat(task.state()).isEqualTo(State.SUCCESS);
    }

    @Test
    void rule101SendingMoreThanWasAskedForIsAFailureAndCancelsTheSubscription() {
        Receiver<String> receiver = subscribe(2);
        publisher.send("1", "2", "3");
        publisher.send("4");
        publisher.complete();

        assertThat(log).containsExactly("request 2", "cancel");
        driven.run(() -> {
            assertThat(List.of(receiver.receive(), receiver.receive())).containsExactly("1", "2");
            assertThatExceptionOfType(CompletionException.class)
                    .isThrownBy(receiver::receive)
                    .havingCause()
                    .withMessageContaining("sent more than was requested, which violates rule 1.1");
        });
    }

    @Test
    void rule316SubscriptionThatThrowsCountsAsFailedAndLosesNoValue() {
        Receiver<String> receiver = subscribe(1);
        publisher.send("1");
        publisher.thrown = new IllegalStateException("broken publisher");

        assertThat(startReceiving(receiver).resultNow()).isEqualTo("1");
        driven.run(() -> assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(receiver::receive)
                .withRootCauseInstanceOf(IllegalStateException.class)
                .havingCause()
                .withMessageContaining("violates rules 3.15 and 3.16"));
    }

    @Test
    void rule315SubscriptionThatThrowsWhenItIsCancelledHarmsNobody() {
        Receiver<String> receiver = subscribe(1);
        publisher.thrown = new IllegalStateException("broken publisher");

        driven.run(receiver::close);

        assertThat(log).containsExactly("request 1", "cancel");
    }

    @Test
    void exceptionOfThePublisherComesOut() {
        Flow.Publisher<String> broken = subscriber -> {
            throw new IllegalStateException("broken publisher");
        };
        driven.run(() -> assertThatIllegalStateException()
                .isThrownBy(() -> Flows.subscribe(broken, 1))
                .withMessage("broken publisher"));
    }

    // ---- the end of a subscription

    @Test
    void closingTheReceiverCancelsTheSubscription() {
        Receiver<String> receiver = subscribe(4);
        Receiver<String> duplicate = driven.call(receiver::duplicate);
        publisher.send("dropped");
        log.clear();

        driven.run(receiver::close);
        assertThat(log).as("the other one is open").isEmpty();
        driven.run(duplicate::close);
        driven.run(duplicate::close);

        assertThat(log).containsExactly("cancel");
    }

    @Test
    void rule204SubscriptionThatHasEndedIsNotCalledAnyMore() {
        Receiver<String> completed = subscribe(1);
        publisher.send("1");
        publisher.complete();
        publisher.complete();
        driven.run(() -> {
            completed.receive();
            completed.close();
        });
        assertThat(log).containsExactly("request 1");

        Receiver<String> failed = subscribe(1);
        publisher.fail(new IOException("boom"));
        driven.run(failed::close);
        assertThat(log).containsExactly("request 1", "request 1");
    }

    @Test
    void rule205SecondSubscriptionIsCancelled() {
        Receiver<String> receiver = subscribe(4);
        var second = new ManualPublisher();
        second.subscriber = publisher.subscriber();
        log.clear();

        publisher.subscriber().onSubscribe(second);
        driven.settle();

        assertThat(log).containsExactly("cancel");
        publisher.send("of the first");
        assertThat(startReceiving(receiver).resultNow()).isEqualTo("of the first");
    }

    @Test
    void subscriptionThatComesWhenTheReceiverIsClosedIsCancelled() {
        var late = new ArrayList<Flow.Subscriber<? super String>>();
        Receiver<String> receiver = driven.call(() -> Flows.subscribe(late::add, 4));
        driven.run(receiver::close);

        late.getFirst().onSubscribe(publisher);
        driven.settle();

        assertThat(log).containsExactly("cancel");
    }

    @Test
    void rule208ValueThatComesAfterTheCancellationIsDropped() {
        Receiver<String> receiver = subscribe(4);
        driven.run(receiver::close);

        publisher.send("late");
        publisher.complete();

        assertThat(receiver.statistics().buffered()).isZero();
    }

    @Test
    void signalsAfterTheLoopHasClosedCancelTheSubscription() {
        subscribe(4);
        driven.loop.close();
        log.clear();

        publisher.subscriber().onNext("late");
        publisher.subscriber().onSubscribe(publisher);
        publisher.subscriber().onComplete();
        publisher.subscriber().onError(new IOException("late"));

        assertThat(log).containsExactly("cancel", "cancel");
    }

    /** Rule 2.7. A call of the subscription may park its task; another task wants to call meanwhile. */
    @Test
    void rule207SubscriptionIsCalledByOneAtATime() {
        var mayReturn = new Event();
        var slow = new Flow.Subscription() {
            @Override
            public void request(long count) {
                log.add("request " + count);
                if (!mayReturn.isSet()) {
                    mayReturn.await();
                }
                log.add("returned");
            }

            @Override
            public void cancel() {
                log.add("cancel");
            }
        };
        var subscriber = new ArrayList<Flow.Subscriber<? super String>>();
        Receiver<String> receiver = driven.call(() -> Flows.subscribe(subscriber::add, 2));
        subscriber.getFirst().onSubscribe(slow);
        driven.settle();
        subscriber.getFirst().onNext("1");
        subscriber.getFirst().onNext("2");
        driven.settle();

        assertThat(startReceiving(receiver).resultNow()).isEqualTo("1");
        driven.run(receiver::close);
        assertThat(log).containsExactly("request 2");
        driven.run(mayReturn::set);

        assertThat(log).containsExactly("request 2", "returned", "cancel");
    }

    // ---- cancelling

    @Test
    void cancelBeforeItBeginsTakesNoValue() {
        Receiver<String> receiver = subscribe(4);
        publisher.send("value");
        Task<?> task = driven.start(() -> {
            currentTask().cancel("by itself");
            receiver.receive();
        });

        assertThat(task.isCancelled()).isTrue();
        assertThat(startReceiving(receiver).resultNow()).isEqualTo("value");
    }

    @Test
    void cancelWhileParkedTakesNoValue() {
        Receiver<String> receiver = subscribe(4);
        Task<String> task = startReceiving(receiver);
        assertThat(task.waitsFor()).isEqualTo("receive from Subscription[ManualPublisher 0/4]");

        task.cancel("enough");
        driven.settle();
        publisher.send("value");

        assertThat(task.isCancelled()).isTrue();
        assertThat(startReceiving(receiver).resultNow()).isEqualTo("value");
        driven.assertIdle();
    }

    @Test
    void valueThatWasHandedOverWinsOverACancellation() {
        Receiver<String> receiver = subscribe(4);
        Task<?> task = driven.start(() -> {
            log.add(receiver.receive());
            yieldNow();
            log.add("went on");
        });
        log.clear();

        publisher.subscriber().onNext("value");
        driven.loop.callSoonThreadsafe(() -> task.cancel("behind the value"));
        driven.settle();

        assertThat(log).containsExactly("value");
        assertThat(task.isCancelled()).isTrue();
    }

    @Test
    void closingTheLoopCancelsTheSubscriptionOfATryStatement() {
        driven.start(() -> {
            try (Receiver<String> receiver = Flows.subscribe(publisher, 4)) {
                receiver.receive();
            }
        });

        driven.loop.close();

        assertThat(log).containsExactly("request 4", "cancel");
    }

    // ---- clocks, misuse

    /** The clock of a test must not overtake a publisher that it cannot see. */
    @LoopTest
    void virtualClockIsHeldByThePublisherOfAnotherThread(VirtualClock clock) throws Exception {
        Task<?> task = createTask("receiver", () -> {
            try (Receiver<String> receiver = Flows.subscribe(publisher, 1)) {
                log.add(receiver.receive() + " at " + clock.elapsed());
            }
        });
        Task<?> timer = createTask(() -> sleep(Duration.ofHours(1)));
        awaitAllTasksParked();
        assertThat(clock.heldBy())
                .singleElement()
                .asString()
                .isEqualTo("task 'receiver', waiting for receive from Subscription[ManualPublisher 0/1]");

        OtherThread.run(() -> publisher.subscriber().onNext("value"));
        task.await();
        timer.await();

        assertThat(log).contains("value at PT0S");
    }

    @LoopTest
    void virtualClockIsNotHeldByAPublisherOfTheSameLoop(VirtualClock clock) {
        var publisher = Flows.publish(Channel.<String>produce(0, sender -> {
            sleep(Duration.ofHours(1));
            sender.send("value");
        }));
        try (Receiver<String> receiver = Flows.subscribe(publisher, 1)) {
            assertThat(receiver.receive()).isEqualTo("value");
        }
        assertThat(clock.elapsed()).isEqualTo(Duration.ofHours(1));
    }

    @Test
    void capacityIsOneOrMore() {
        driven.run(() -> assertThatIllegalArgumentException()
                .isThrownBy(() -> Flows.subscribe(publisher, 0))
                .withMessageContaining("needs a capacity of 1 or more, not 0"));
    }

    @Test
    void subscribingOutsideATaskIsRejected() {
        assertThatIllegalStateException()
                .isThrownBy(() -> Flows.subscribe(publisher, 1))
                .withMessageContaining("is not a task of an event loop");
    }

    @Test
    void lambdaHasNoNameToShow() {
        Flow.Publisher<String> lambda = subscriber -> log.add("subscribed");
        Receiver<String> receiver = driven.call(() -> Flows.subscribe(lambda, 1));

        assertThat(receiver).hasToString("Subscription[0/1]");
    }
}
