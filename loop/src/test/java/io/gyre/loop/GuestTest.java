package io.gyre.loop;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Virtual threads that user code starts inside a task: they run on the loop, and may call what tasks may. */
class GuestTest {
    @AutoClose
    private final HandDrivenLoop driven = new HandDrivenLoop();

    private final EventLoop loop = driven.loop;
    private final List<String> log = new ArrayList<>();

    private Thread startGuest(Runnable body) {
        var guests = new ArrayList<Thread>();
        driven.run(() -> guests.add(Thread.ofVirtual().name("guest").start(body)));
        return guests.getFirst();
    }

    @Test
    @Feature("Inherited scheduler: virtual threads of a task run on its loop")
    void guestRunsOnTheLoop() {
        startGuest(() ->
                log.add("in loop: " + loop.inLoop() + ", " + EventLoop.current().name()));

        assertThat(log).containsExactly("in loop: true, hand-driven");
    }

    @Test
    void guestMaySleepAfterItsParentHasEnded() {
        startGuest(() -> {
            sleep(ONE_SECOND);
            log.add("slept");
        });
        assertThat(loop.tasks()).singleElement().hasToString("task 'guest'"); // for as long as it is parked
        assertThat(log).isEmpty();

        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("slept");
        driven.assertIdle();
    }

    @Test
    void guestThatIsParkedWhenTheLoopClosesIsCancelled() {
        startGuest(() -> {
            try {
                sleep(ONE_SECOND);
            } catch (CancelledException cancelled) {
                log.add(cancelled.getMessage());
            }
        });

        loop.close();

        assertThat(log).containsExactly("task 'guest' was cancelled: its loop is closing");
    }

    @Test
    void guestAndParentSleepIndependently() {
        Task<?> parent = driven.start(() -> {
            Thread.ofVirtual().start(() -> {
                sleep(ONE_SECOND);
                log.add("guest");
            });
            sleep(ONE_SECOND.multipliedBy(2));
            log.add("parent");
        });

        driven.advance(ONE_SECOND);
        assertThat(log).containsExactly("guest");
        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("guest", "parent");
        assertThat(parent.isDone()).isTrue();
    }

    @Test
    void guestMayAwaitAndCreateTasks() {
        startGuest(() -> {
            Task<String> task = createTask(() -> "from a task");
            log.add(task.await());
        });

        assertThat(log).containsExactly("from a task");
    }

    @Test
    void guestIsATaskOfItsOwn() {
        var tasks = new ArrayList<Task<?>>();
        Thread guest = startGuest(() -> {
            tasks.add(currentTask());
            yieldNow();
            tasks.add(currentTask());
            sleep(ONE_SECOND);
        });
        Task<?> task = tasks.getFirst();

        assertThat(tasks.getLast()).isSameAs(task);
        assertThat(task.name()).isEqualTo("guest");
        assertThat(task.id()).isEqualTo(guest.threadId());
        assertThat(task.waitsFor()).isEqualTo("a sleep, due in 1000 ms");
        driven.advance(ONE_SECOND);
        assertThat(guest.isAlive()).isFalse();
    }

    @Test
    void guestWithoutANameIsNamedByItsId() {
        var names = new ArrayList<String>();
        driven.run(() -> Thread.ofVirtual().start(() -> names.add(currentTask().name())));

        assertThat(names).singleElement().satisfies(name -> assertThat(name).startsWith("task-"));
    }

    @Test
    void interruptEndsASleepOfAGuest() {
        Thread guest = startGuest(() -> {
            try {
                sleep(ONE_SECOND);
            } catch (CancelledException e) {
                log.add(String.valueOf(e.getMessage()));
            }
        });

        guest.interrupt();
        driven.settle();

        assertThat(log).containsExactly("task 'guest' was cancelled: its thread was interrupted");
        driven.assertIdle();
    }

    @Test
    void guestOfACallbackIsFine() {
        loop.callSoon(() -> Thread.ofVirtual().start(() -> {
            sleep(ONE_SECOND);
            log.add("slept");
        }));
        driven.settle();

        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("slept");
    }

    @Test
    void guestsHaveThreadLocalsOfTheirOwn() {
        var local = ThreadLocal.withInitial(() -> "initial");
        driven.run(() -> {
            local.set("of the parent");
            Thread.ofVirtual().start(() -> log.add(local.get()));
            log.add(local.get());
        });

        assertThat(log).containsExactly("of the parent", "initial");
    }

    @Test
    void executorOfVirtualThreadsWorksInATask() {
        Task<?> task = driven.start(() -> {
            try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int number = 0; number < 3; number++) {
                    int self = number;
                    executor.submit(() -> {
                        sleep(ONE_SECOND);
                        log.add("guest " + self);
                    });
                }
            }
            log.add("all ended");
        });
        assertThat(task.isDone()).isFalse();

        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("guest 0", "guest 1", "guest 2", "all ended");
    }

    @Test
    void guestThatCancelsItselfStops() {
        startGuest(() -> {
                    currentTask().cancel("by itself");
                    try {
                        sleep(ONE_SECOND);
                    } finally {
                        log.add("cleaned up");
                    }
                })
                .setUncaughtExceptionHandler((thread, failure) -> {});

        assertThat(log).containsExactly("cleaned up");
    }

    @Test
    void runnableGuestGoesOnElsewhereWhenItsLoopCloses() throws InterruptedException {
        var release = new CountDownLatch(1);
        Thread guest = startGuest(() -> {
            boolean released = false;
            while (!released) {
                try {
                    release.await();
                    released = true;
                } catch (InterruptedException e) {
                    log.add("interrupted");
                }
            }
        });

        loop.close();
        release.countDown();
        guest.join();

        assertThat(log).isEmpty();
    }

    /** A thread of a library, say, which was started in a task and serves others, too. */
    @Test
    void threadThatHasOutlivedItsLoopIsLikeAnyOtherToTheLoopsThatThereAre() throws InterruptedException {
        var release = new CountDownLatch(1);
        try (LoopPortal other = LoopPortal.start()) {
            Task<?> sleeper = other.call(() -> createTask(() -> sleep(Duration.ofDays(1))));
            Thread guest = startGuest(() -> {
                OtherThread.awaitUninterruptibly(release);
                log.add("blocks for a " + LowLevel.<String, RuntimeException>blocking("nothing", () -> "value"));
                log.add("calls for a " + other.<String, RuntimeException>call(() -> "value"));
                log.add("cancels " + sleeper.cancel(true));
                assertThatExceptionOfType(CancellationException.class).isThrownBy(sleeper::get);
                log.add("gets what it has cancelled");
            });

            loop.close();
            release.countDown();
            guest.join();
        }

        assertThat(log)
                .containsExactly(
                        "blocks for a value", "calls for a value", "cancels true", "gets what it has cancelled");
    }
}
