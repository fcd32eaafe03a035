package io.gyre.loop.internal.vthread;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class VirtualThreadsTest {
    private final ArrayDeque<Runnable> continuations = new ArrayDeque<>();
    private final Executor scheduler = continuations::add;
    private final List<String> log = new ArrayList<>();

    private void runNext() {
        Objects.requireNonNull(continuations.poll()).run();
    }

    @Test
    void threadRunsWhenItsSchedulerRunsTheContinuation() {
        Thread thread = VirtualThreads.newThread(scheduler, "one", () -> {
            log.add("begun");
            LockSupport.park();
            log.add("resumed");
        });

        thread.start();
        assertThat(log).isEmpty();
        runNext();
        assertThat(log).containsExactly("begun");
        LockSupport.unpark(thread);
        runNext();

        assertThat(log).containsExactly("begun", "resumed");
        assertThat(thread.isAlive()).isFalse();
        assertThat(thread.getName()).isEqualTo("one");
        assertThat(thread.isVirtual()).isTrue();
    }

    @Test
    void threadWithoutANameHasAnEmptyOne() {
        Thread thread = VirtualThreads.newThread(scheduler, null, () -> {});

        assertThat(thread.getName()).isEmpty();
    }

    @Test
    void carrierIsThePlatformThreadUnderneath() {
        Thread driver = Thread.currentThread();
        var carriers = new ArrayList<Thread>();

        VirtualThreads.newThread(scheduler, null, () -> carriers.add(VirtualThreads.currentCarrier()))
                .start();
        runNext();

        assertThat(carriers).containsExactly(driver);
        assertThat(VirtualThreads.currentCarrier()).isSameAs(driver);
    }

    @Test
    void schedulerOfAThreadIsTheOneItWasCreatedWith() {
        Thread thread = VirtualThreads.newThread(scheduler, null, () -> {});
        Thread foreign = Thread.ofVirtual().unstarted(() -> {});

        assertThat(VirtualThreads.scheduler(thread)).isSameAs(scheduler);
        assertThat(VirtualThreads.scheduler(foreign)).isSameAs(VirtualThreads.defaultScheduler());
    }

    @Test
    void pollersCanBeStartedFromAVirtualThreadWhichKeepsItsInterrupt() throws Exception {
        var starter = new FutureTask<>(() -> {
            Thread.currentThread().interrupt();
            VirtualThreads.startJdkPollers();
            return Thread.interrupted();
        });

        Thread.ofVirtual().start(starter);

        assertThat(starter.get()).isTrue();
    }
}
