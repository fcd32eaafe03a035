package io.gyre.loop.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gyre.loop.EventLoop;
import io.gyre.loop.WrongLoopException;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class ConfinementTest {
    private static final Lock SHARED = new Lock("shared");

    private static List<ThrowingCallable> callsThatDoNotSuspend() {
        var lock = new Lock();
        var condition = new Condition();
        var semaphore = new Semaphore(1);
        var limiter = new CapacityLimiter(1);
        var queue = new Queue<String>();
        var channel = Channel.<String>open();
        var broadcast = new Broadcast<String>();
        return List.of(
                lock::tryAcquire,
                lock::release,
                condition::signal,
                condition::signalAll,
                new Event()::set,
                new Event()::clear,
                semaphore::tryAcquire,
                semaphore::release,
                limiter::tryAcquire,
                limiter::release,
                () -> limiter.releaseOnBehalfOf("anybody"),
                () -> limiter.tryAcquireOnBehalfOf("anybody"),
                () -> limiter.resize(2),
                new Barrier(2)::abort,
                new Barrier(2)::reset,
                () -> queue.tryPut(""),
                queue::tryGet,
                queue::taskDone,
                () -> queue.shutdown(true),
                () -> channel.sender().trySend(""),
                () -> channel.sender().duplicate(),
                () -> channel.sender().close(),
                () -> channel.receiver().tryReceive(),
                () -> channel.receiver().duplicate(),
                () -> channel.receiver().close(),
                () -> broadcast.trySend(""),
                () -> broadcast.subscribe(1, Overflow.SUSPEND),
                broadcast::close,
                () -> new Watch<>("").set("new"),
                () -> new Watch<>("").receiver(),
                () -> new Watch<>("").await(value -> true));
    }

    @Test
    void callsOutsideALoopAreRejected() {
        assertThat(callsThatDoNotSuspend()).allSatisfy(call -> assertThatExceptionOfType(WrongThreadException.class)
                .isThrownBy(call)
                .withMessageContaining("must run on the thread of a loop")
                .withMessageContaining("Use loop.call(() -> ...) there"));
    }

    @Test
    void callFromAnotherThreadNamesTheLoop() throws Exception {
        Loops.run(() -> {
            var queue = new Queue<String>("jobs", 10);
            queue.put("1");

            Loops.inOtherThread(() -> assertThatExceptionOfType(WrongThreadException.class)
                    .isThrownBy(() -> queue.tryPut("2"))
                    .withMessageContaining(
                            "Queue.tryPut of Queue[jobs 1/10] must run on the thread of EventLoop[test]"));

            assertThat(queue.size()).isEqualTo(1);
        });
    }

    @Test
    void callFromATaskOfAnotherLoopIsRejected() throws Exception {
        Loops.run(() -> {
            var queue = new Queue<String>("jobs", 10);
            queue.put("1");

            Loops.inOtherThread(() -> EventLoop.run(() -> assertThatExceptionOfType(WrongLoopException.class)
                    .isThrownBy(() -> queue.tryPut("2"))
                    .withMessageContaining("Queue[jobs 1/10] belongs to EventLoop[test]")
                    .withMessageContaining("Give each loop its own")));
        });
    }

    @Test
    void subscriptionBelongsToTheLoopOfItsBroadcast() throws Exception {
        Loops.run(() -> {
            var receiver = new Broadcast<String>("news").subscribe(1, Overflow.SUSPEND);

            Loops.inOtherThread(() -> EventLoop.run(() -> assertThatExceptionOfType(WrongLoopException.class)
                    .isThrownBy(receiver::tryReceive)
                    .withMessageContaining("Broadcast[news] belongs to EventLoop[test]")));
        });
    }

    @Test
    void primitiveMayOutliveItsLoopAndServeTheNext() throws Exception {
        for (int i = 0; i < 2; i++) {
            Loops.run(() -> {
                assertThat(SHARED.tryAcquire()).isTrue();
                SHARED.release();
                SHARED.withLock(() -> {});
            });
        }
    }

    @Test
    void threadThatDrivesTheLoopMayCallBetweenTicks() {
        try (EventLoop loop = EventLoop.create()) {
            var queue = new Queue<String>();
            assertThat(loop.<Boolean, RuntimeException>runUntilComplete(() -> queue.tryPut("1")))
                    .isTrue();

            assertThat(queue.tryPut("2")).isTrue();

            String both = loop.runUntilComplete(() -> queue.get() + queue.get());
            assertThat(both).isEqualTo("12");
        }
    }
}
