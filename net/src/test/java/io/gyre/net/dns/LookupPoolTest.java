package io.gyre.net.dns;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.timeout;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopOptions;
import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.LoopTest.Time;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class LookupPoolTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Until it is opened, the system does not answer. */
    private final CountDownLatch gate = new CountDownLatch(1);

    private final AtomicInteger calls = new AtomicInteger();

    @AfterEach
    void letThreadsGo() {
        gate.countDown();
    }

    private String slowAnswer() throws Exception {
        int call = calls.incrementAndGet();
        if (!gate.await(30, TimeUnit.SECONDS)) {
            throw new AssertionError("nobody has opened the gate");
        }
        return "answer " + call;
    }

    /** Suspends, so that the calls of other threads go on. */
    private static void awaitCalls(AtomicInteger begun, int count) {
        timeout(PATIENCE, () -> {
            while (begun.get() < count) {
                sleep(Duration.ofMillis(1));
            }
        });
    }

    @Test
    void lookUpDoesNotWaitForOtherOffloadedCalls() throws Exception {
        LoopOptions busy = LoopOptions.defaults().withOffloadExecutor(call -> {
            throw new RejectedExecutionException("all threads are busy");
        });

        InetAddress[] addresses = EventLoop.run(busy, () -> LookupPool.lookUp("localhost"));

        assertThat(addresses).isNotEmpty().allMatch(InetAddress::isLoopbackAddress);
    }

    @Test
    void threadsOfThePoolDoNotKeepTheProcessAlive() throws Exception {
        EventLoop.run(() -> LookupPool.lookUp("localhost"));

        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().startsWith("gyre-lookup-"))
                .isNotEmpty()
                .allMatch(Thread::isDaemon);
    }

    @LoopTest(time = Time.REAL, timeoutMillis = 30_000)
    void namesWhoseServersAreDeadDoNotKeepAnotherFromItsAnswer() throws Exception {
        LookupPool pool = LookupPool.ofLoop();
        var dead = new ArrayList<Task<String>>();
        for (int i = 0; i < 64; i++) {
            String name = "dead-" + i;
            dead.add(createTask(() -> pool.ask(name, this::slowAnswer)));
        }
        awaitCalls(calls, dead.size());

        assertThat(timeout(PATIENCE, () -> pool.<String>ask("alive", () -> "an answer")))
                .isEqualTo("an answer");

        assertThat(dead).noneMatch(Task::isDone);
        gate.countDown();
        for (Task<String> task : dead) {
            assertThat(task.await()).startsWith("answer");
        }
    }

    @LoopTest(time = Time.REAL, timeoutMillis = 30_000)
    void whoAsksWhileTheSameIsAskedJoins() throws Exception {
        LookupPool pool = LookupPool.ofLoop();
        Task<String> first = createTask(() -> pool.ask("name", this::slowAnswer));
        Task<String> second = createTask(() -> pool.ask("name", this::slowAnswer));
        awaitCalls(calls, 1);
        Task<String> third = createTask(() -> pool.ask("name", this::slowAnswer));
        awaitAllTasksParked();

        gate.countDown();

        for (Task<String> task : List.of(first, second, third)) {
            assertThat(task.await()).isEqualTo("answer 1");
        }
        assertThat(calls).hasValue(1);
    }

    @LoopTest(time = Time.REAL, timeoutMillis = 30_000)
    void whoAsksJoinsAlsoWhenTheFirstHasGoneMeanwhile() throws Exception {
        LookupPool pool = LookupPool.ofLoop();
        Task<String> first = createTask(() -> pool.ask("name", this::slowAnswer));
        awaitCalls(calls, 1);
        first.cancel("test");
        assertThatThrownBy(first::await).hasCauseInstanceOf(CancelledException.class);
        Task<String> second = createTask(() -> pool.ask("name", this::slowAnswer));
        awaitAllTasksParked();

        gate.countDown();

        assertThat(second.await()).isEqualTo("answer 1");
        assertThat(calls).hasValue(1);
    }

    @LoopTest(time = Time.REAL, timeoutMillis = 30_000)
    void whoAsksJoinsAlsoWhenOneOfTheOthersGoes() throws Exception {
        LookupPool pool = LookupPool.ofLoop();
        Task<String> first = createTask(() -> pool.ask("name", this::slowAnswer));
        Task<String> second = createTask(() -> pool.ask("name", this::slowAnswer));
        awaitCalls(calls, 1);
        first.cancel("test");
        assertThatThrownBy(first::await).hasCauseInstanceOf(CancelledException.class);

        gate.countDown();

        assertThat(second.await()).isEqualTo("answer 1");
    }

    @LoopTest(time = Time.REAL, timeoutMillis = 30_000)
    void questionThatHasNotBegunWhenNobodyWaitsForItAnyMoreNeverRuns() throws Exception {
        var pool = new LookupPool(2);
        Task<String> one = createTask(() -> pool.ask("one", this::slowAnswer));
        Task<String> two = createTask(() -> pool.ask("two", this::slowAnswer));
        awaitCalls(calls, 2);
        var ran = new AtomicInteger();
        Task<Integer> given = createTask(() -> pool.ask("given up", ran::incrementAndGet));
        Task<Integer> givenToo = createTask(() -> pool.ask("given up", ran::incrementAndGet));
        Task<String> last = createTask(() -> pool.ask("last", () -> "the last"));
        awaitAllTasksParked();

        given.cancel("test");
        assertThatThrownBy(given::await).hasCauseInstanceOf(CancelledException.class);
        givenToo.cancel("test");
        assertThatThrownBy(givenToo::await).hasCauseInstanceOf(CancelledException.class);
        gate.countDown();

        assertThat(one.await()).startsWith("answer");
        assertThat(two.await()).startsWith("answer");
        assertThat(last.await()).isEqualTo("the last"); // which is behind the other in the queue
        assertThat(ran).hasValue(0);
        assertThat(pool.<Integer>ask("given up", ran::incrementAndGet)).isEqualTo(1);
    }

    @LoopTest(time = Time.REAL, timeoutMillis = 30_000)
    void questionThatHasNotBegunWaitsItsTurnWhileAnybodyWaitsForIt() throws Exception {
        var pool = new LookupPool(1);
        Task<String> busy = createTask(() -> pool.ask("busy", this::slowAnswer));
        awaitCalls(calls, 1);
        var ran = new AtomicInteger();
        Task<Integer> gone = createTask(() -> pool.ask("name", ran::incrementAndGet));
        Task<Integer> stays = createTask(() -> pool.ask("name", ran::incrementAndGet));
        awaitAllTasksParked();
        gone.cancel("test");
        assertThatThrownBy(gone::await).hasCauseInstanceOf(CancelledException.class);

        gate.countDown();

        assertThat(stays.await()).isEqualTo(1);
        assertThat(busy.await()).isEqualTo("answer 1");
    }

    @LoopTest(time = Time.REAL, timeoutMillis = 30_000)
    void whoAsksAfterTheAnswerGetsANewOne() throws Exception {
        LookupPool pool = LookupPool.ofLoop();
        for (int i = 1; i <= 100; i++) {
            assertThat(pool.<Integer>ask("name", calls::incrementAndGet)).isEqualTo(i);
        }
    }

    @LoopTest(time = Time.REAL, timeoutMillis = 30_000)
    void failureReachesAllWhoWait() throws Exception {
        LookupPool pool = LookupPool.ofLoop();
        var unknown = new UnknownHostException("no.such.name");
        var tasks = new ArrayList<Task<String>>();
        for (int i = 0; i < 3; i++) {
            tasks.add(createTask(() -> pool.<String>ask("name", () -> {
                slowAnswer();
                throw unknown;
            })));
        }
        awaitCalls(calls, 1);
        awaitAllTasksParked();

        gate.countDown();

        for (Task<String> task : tasks) {
            assertThatThrownBy(task::await).cause().isSameAs(unknown);
        }
        assertThat(calls).hasValue(1);
        assertThat(pool.<String>ask("name", () -> "known now")).isEqualTo("known now");
    }

    @LoopTest(time = Time.REAL, timeoutMillis = 30_000)
    void whoIsCancelledLeavesNothing() throws Exception {
        LookupPool pool = LookupPool.ofLoop();
        Task<String> cancelled = createTask(() -> pool.ask("name", this::slowAnswer));
        awaitCalls(calls, 1);

        cancelled.cancel("test");

        assertThatThrownBy(cancelled::await).hasCauseInstanceOf(CancelledException.class);
        assertThat(EventLoop.current().statistics().tasks()).isEqualTo(1);
        gate.countDown();
        timeout(PATIENCE, () -> {
            while (pool.runningQuestions() > 0) {
                sleep(Duration.ofMillis(1));
            }
        });
        assertThat(pool.<String>ask("name", this::slowAnswer)).isEqualTo("answer 2");
    }

    /** Threads that are still there when the loop has ended have nobody to tell. */
    @Test
    void answerAfterTheEndOfTheLoopIsDropped() throws Exception {
        EventLoop.run(() -> {
            LookupPool pool = LookupPool.ofLoop();
            Task<String> cancelled = createTask(() -> pool.ask("name", this::slowAnswer));
            awaitCalls(calls, 1);
            cancelled.cancel("test");
            assertThatThrownBy(cancelled::await).hasCauseInstanceOf(CancelledException.class);
        });

        gate.countDown();

        assertThat(EventLoop.run(() -> LookupPool.ofLoop().<String>ask("name", () -> "another")))
                .isEqualTo("another");
    }
}
