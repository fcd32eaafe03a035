package io.gyre.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Whoever has handed a callback to a loop and got no exception can count on it, whenever the loop closes. */
class AcceptedCallbacksTest {
    private final List<String> log = new ArrayList<>();

    private static EventLoop create() {
        return EventLoop.create(LoopOptions.defaults().withName("closing").withSlowStep(Duration.ZERO));
    }

    @Test
    void callbacksThatWereAcceptedRunWhenTheLoopCloses() throws Exception {
        EventLoop loop = create();
        loop.callSoon(() -> log.add("of the loop"));
        OtherThread.run(() -> loop.callSoonThreadsafe(() -> log.add("of another thread")))
                .get();

        loop.close();

        assertThat(log).containsExactly("of the loop", "of another thread");
    }

    @Test
    void callbacksRunWhenTheTasksHaveEnded() {
        EventLoop loop = create();
        loop.createTask(() -> {
            try {
                Async.sleep(Duration.ofDays(1));
            } finally {
                log.add("task");
                loop.callSoonThreadsafe(() -> log.add("callback of its last step"));
            }
        });
        loop.runOnce(Duration.ZERO);

        loop.close();

        assertThat(log).containsExactly("task", "callback of its last step");
    }

    @Test
    void callbackThatSchedulesItselfAgainIsRefusedInTheEnd() {
        EventLoop loop = create();
        var refusal = new ArrayList<LoopClosedException>();
        var again = new Runnable() {
            @Override
            public void run() {
                try {
                    loop.callSoon(this);
                } catch (LoopClosedException refused) {
                    refusal.add(refused);
                }
            }
        };
        loop.callSoon(again);

        loop.close();

        assertThat(refusal).singleElement().satisfies(refused -> assertThat(refused)
                .hasMessageContaining("callSoon: EventLoop[closing] is closed"));
    }

    @Test
    void lastCallbacksCanStartNothingNew() {
        EventLoop loop = create();
        var refused = new ArrayList<VoidBody<RuntimeException>>(List.of(
                () -> loop.createTask(() -> "never"),
                () -> loop.createSystemTask("never", () -> "never"),
                () -> loop.callLater(Duration.ZERO, () -> log.add("never")),
                () -> loop.callSoon(() -> log.add("never")),
                () -> loop.callSoonThreadsafe(() -> log.add("never"))));
        var inLoop = new AtomicInteger();
        keepBusyUntilTheEnd(loop, () -> {
            for (VoidBody<RuntimeException> each : refused) {
                assertThatExceptionOfType(LoopClosedException.class).isThrownBy(each::run);
                inLoop.incrementAndGet();
            }
        });

        loop.close();

        assertThat(inLoop).hasValue(refused.size());
        assertThat(log).isEmpty();
    }

    /** Schedules a callback anew until that is refused: then it is one of the last. */
    private static void keepBusyUntilTheEnd(EventLoop loop, Runnable last) {
        loop.callSoon(() -> {
            try {
                loop.callSoon(() -> {});
                keepBusyUntilTheEnd(loop, last);
            } catch (LoopClosedException now) {
                last.run();
            }
        });
    }

    /** 300 loops that close while another thread hands callbacks over as fast as it can. */
    @Test
    void eachAcceptedCallbackRunsHoweverTheLoopCloses() throws Exception {
        for (int round = 0; round < 300; round++) {
            EventLoop loop = create();
            var accepted = new AtomicInteger();
            var ran = new AtomicInteger();
            var begun = new CountDownLatch(1);
            FutureTask<?> producer = OtherThread.run(() -> {
                try {
                    while (true) {
                        loop.callSoonThreadsafe(ran::incrementAndGet);
                        accepted.incrementAndGet();
                        begun.countDown();
                    }
                } catch (LoopClosedException refused) {
                    // as it is told
                }
            });
            begun.await();
            for (int tick = 0; tick < round % 4; tick++) {
                loop.runOnce(Duration.ZERO);
            }

            loop.close();

            producer.get();
            assertThat(ran.get())
                    .as("of %s accepted, in round %s", accepted, round)
                    .isEqualTo(accepted.get());
        }
    }

    /** The loop as an executor: the future is done or the call refused, never neither. */
    @Test
    void futureOfASupplierOnALoopThatClosesIsCompleted() throws Exception {
        for (int round = 0; round < 300; round++) {
            EventLoop loop = create();
            var begun = new CountDownLatch(1);
            FutureTask<Integer> producer = OtherThread.call(() -> {
                int done = 0;
                try {
                    while (true) {
                        begun.countDown();
                        CompletableFuture.supplyAsync(() -> "value", loop).get(8, TimeUnit.SECONDS);
                        done++;
                    }
                } catch (LoopClosedException refused) {
                    return done;
                }
            });
            begun.await();
            for (int tick = 0; tick < 3; tick++) {
                loop.runOnce(Duration.ofMillis(1));
            }

            loop.close();

            assertThat(producer.get()).isNotNegative();
        }
    }

    @Test
    void callFromAnotherThreadWhileTheLoopClosesIsTold() throws Exception {
        for (int round = 0; round < 100; round++) {
            EventLoop loop = create();
            var begun = new CountDownLatch(1);
            FutureTask<?> caller = OtherThread.run(() -> {
                while (true) {
                    begun.countDown();
                    loop.call(() -> "value");
                }
            });
            begun.await();
            for (int tick = 0; tick < 3; tick++) {
                loop.runOnce(Duration.ofMillis(1));
            }

            loop.close();

            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(() -> caller.get(8, TimeUnit.SECONDS))
                    .havingCause()
                    .isInstanceOfAny(LoopClosedException.class, CancelledException.class);
        }
    }
}
