package io.gyre.loop.internal.vthread;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class VirtualThreadsTest {
    private final ArrayDeque<Runnable> continuations = new ArrayDeque<>();
    private final Executor scheduler = continuations::add;

    private void runNext() {
        Objects.requireNonNull(continuations.poll()).run();
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
