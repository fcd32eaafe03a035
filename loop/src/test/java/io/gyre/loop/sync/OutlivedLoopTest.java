package io.gyre.loop.sync;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.shield;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Durations.ONE_DAY;
import static io.gyre.loop.sync.Loops.settle;
import static io.gyre.loop.sync.Loops.start;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopClosedException;
import io.gyre.loop.LoopOptions;
import io.gyre.loop.VoidBody;
import io.gyre.loop.spi.Failure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A primitive that outlives its loop, with tasks that still wait for it, loses nothing to them in the next. */
class OutlivedLoopTest {
    private static final LoopOptions IMPATIENT =
            LoopOptions.defaults().withCloseTimeout(Duration.ofMillis(1)).withFailureHandler(failure -> {});

    private final List<String> log = new ArrayList<>();

    /** Runs a loop that is closed while tasks are in these calls, and waits until they have ended behind it. */
    @SafeVarargs
    private static void outlive(VoidBody<RuntimeException>... calls) throws InterruptedException {
        var failures = new CopyOnWriteArrayList<Failure>();
        var ended = new CountDownLatch(calls.length);
        EventLoop.run(IMPATIENT.withFailureHandler(failures::add), () -> {
            for (VoidBody<RuntimeException> call : calls) {
                createTask(() -> {
                    try {
                        shield(ONE_DAY, call);
                    } finally {
                        ended.countDown();
                    }
                });
            }
            settle();
        });
        ended.await();

        assertThat(failures).hasSize(calls.length).allSatisfy(failure -> assertThat(failure.what())
                .contains("has not ended within"));
    }

    static List<Scenario> scenarios() {
        return Scenario.all();
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void nobodyWaitsWhenItsLoopIsClosed(Scenario scenario) throws Exception {
        var steps = new ArrayList<Scenario.Step>();

        outlive(
                () -> {
                    steps.add(scenario.setUp().get());
                    sleep(ONE_DAY); // this holds the lock
                },
                () -> steps.getFirst().call().run());

        Loops.run(() -> assertThat(steps.getFirst().waiting().get()).isZero());
    }

    @Test
    void itemIsNotHandedToATaskThatIsGone() throws Exception {
        var queue = new Queue<String>();
        outlive(queue::get);

        Loops.run(() -> {
            queue.put("item");

            assertThat(queue.tryGet()).contains("item");
        });
    }

    @Test
    void itemOfATaskThatIsGoneIsNotPut() throws Exception {
        var queue = new Queue<String>(1);
        outlive(() -> {
            queue.put("first");
            queue.put("its put has failed");
        });

        Loops.run(() -> {
            assertThat(queue.get()).isEqualTo("first");
            queue.put("second");

            assertThat(queue.tryGet()).contains("second");
            assertThat(queue.tryGet()).isEmpty();
        });
    }

    @Test
    void valueIsNotHandedToAReceiverThatIsGone() throws Exception {
        Channel<String> channel = Channel.open("a", 1, Overflow.SUSPEND);
        outlive(() -> channel.receiver().receive());

        Loops.run(() -> {
            channel.sender().send("value");

            assertThat(channel.receiver().tryReceive()).contains("value");
        });
    }

    @Test
    void permitIsNotHandedToATaskThatIsGone() throws Exception {
        var semaphore = new Semaphore(0);
        outlive(semaphore::acquire);

        Loops.run(() -> {
            semaphore.release();

            assertThat(semaphore.tryAcquire()).isTrue();
        });
    }

    /** The one that goes first lets the other in, which goes, too. */
    @Test
    void permitIsNotHandedToATaskThatIsAboutToBeGone() throws Exception {
        var semaphore = new Semaphore(1);
        outlive(() -> semaphore.acquire(2), semaphore::acquire);

        Loops.run(() -> assertThat(semaphore.tryAcquire()).isTrue());
    }

    @Test
    void tokenIsNotHandedToATaskThatIsGone() throws Exception {
        var limiter = new CapacityLimiter(0);
        outlive(() -> limiter.acquireOnBehalfOf("the same"));

        Loops.run(() -> {
            limiter.resize(1);

            assertThat(limiter.tryAcquireOnBehalfOf("the same")).isTrue();
        });
    }

    @Test
    void eventThatIsSetWakesThoseWhoAreThere() throws Exception {
        var event = new Event();
        outlive(event::await);

        Loops.run(() -> {
            start("waiting", () -> {
                event.await();
                log.add("woken");
            });
            event.set();
            settle();

            assertThat(log).containsExactly("woken");
        });
    }

    @Test
    void barrierDoesNotCountATaskThatIsGone() throws Exception {
        var barrier = new Barrier(2);
        outlive(barrier::await);

        Loops.run(() -> {
            start("first", () -> log.add("first " + barrier.await()));
            assertThat(log).isEmpty();
            start("second", () -> log.add("second " + barrier.await()));

            assertThat(log).containsExactly("second 1", "first 0");
        });
    }

    /** It begins to wait when the last tasks have been taken out of what they wait in. */
    @Test
    void barrierDoesNotCountTheLastCallbackOfALoop() throws Exception {
        var barrier = new Barrier(2);
        var ended = new CountDownLatch(1);
        EventLoop.run(IMPATIENT, () -> {
            EventLoop loop = EventLoop.current();
            loop.callSoon(() -> callUntilRefused(loop, () -> {
                try {
                    barrier.await();
                } finally {
                    ended.countDown();
                }
            }));
        });
        ended.await();

        Loops.run(() -> {
            start("first", () -> log.add("first " + barrier.await()));
            assertThat(log).isEmpty();
            start("second", () -> log.add("second " + barrier.await()));

            assertThat(log).containsExactly("second 1", "first 0");
        });
    }

    private static void callUntilRefused(EventLoop loop, Runnable last) {
        try {
            loop.callSoonThreadsafe(() -> callUntilRefused(loop, last));
        } catch (LoopClosedException refused) {
            last.run();
        }
    }

    @Test
    void signalGoesToATaskThatIsThere() throws Exception {
        var condition = new Condition(new Lock("a"));
        outlive(() -> condition.lock().withLock(() -> condition.await()));

        Loops.run(() -> {
            start("waiting", () -> condition.lock().withLock(() -> {
                condition.await();
                log.add("woken");
            }));
            condition.lock().withLock(() -> condition.signal());
            settle();

            assertThat(log).containsExactly("woken");
        });
    }

    @Test
    void lockIsFreeAgainWhenThoseWhoWaitedForItsConditionAreGone() throws Exception {
        var condition = new Condition(new Lock("a"));
        outlive(
                () -> condition.lock().withLock(() -> condition.await()),
                () -> condition.lock().withLock(() -> condition.await()));

        Loops.run(() -> {
            assertThat(condition.statistics()).isEqualTo(new Condition.Statistics(0, new Lock.Statistics(null, 0)));
            assertThat(condition.lock().tryAcquire()).isTrue();
        });
    }

    @Test
    void joinEndsWhenTheRestOfTheWorkIsDoneInTheNextLoop() throws Exception {
        var queue = new Queue<String>();
        outlive(() -> {
            queue.put("work");
            queue.join();
        });

        Loops.run(() -> {
            start("joining", () -> {
                queue.join();
                log.add("joined");
            });
            queue.get();
            queue.taskDone();
            settle();

            assertThat(log).containsExactly("joined");
        });
    }
}
