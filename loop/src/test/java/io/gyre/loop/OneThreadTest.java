package io.gyre.loop;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.internal.vthread.VirtualThreads;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** One loop is one thread: what runs where, and which threads exist meanwhile and afterwards. */
class OneThreadTest {
    /** Threads that the JDK makes for its virtual threads, whoever uses them. */
    private static boolean isMadeByTheJdk(Thread thread) {
        return Stream.of(
                        "VirtualThread-unparker",
                        "VirtualThread-unblocker",
                        "Read-Poller",
                        "Write-Poller",
                        "MasterPoller",
                        "ForkJoinPool-")
                .anyMatch(thread.getName()::startsWith);
    }

    private final Set<Thread> carriers = ConcurrentHashMap.newKeySet();

    private void recordCarrier() {
        carriers.add(VirtualThreads.currentCarrier());
    }

    private static void parkInTheJdk() throws InterruptedException {
        boolean opened = new CountDownLatch(1).await(1, TimeUnit.MILLISECONDS);
        assertThat(opened).isFalse();
    }

    private static Set<Thread> platformThreads() {
        return new HashSet<>(Thread.getAllStackTraces().keySet());
    }

    private static Set<Thread> newThreadsSince(Set<Thread> before) {
        Set<Thread> now = platformThreads();
        now.removeAll(before);
        now.removeIf(OneThreadTest::isMadeByTheJdk);
        return now;
    }

    @Test
    void everythingRunsOnTheThreadThatCallsRun() throws Exception {
        Pipe pipe = Pipe.open();
        pipe.source().configureBlocking(false);

        EventLoop.run(() -> {
            EventLoop loop = EventLoop.current();
            LoopFuture<String> readable = loop.createFuture();
            recordCarrier();
            loop.callSoon(this::recordCarrier);
            loop.callSoonThreadsafe(this::recordCarrier);
            loop.callLater(Duration.ofMillis(1), this::recordCarrier);
            loop.callSoon(() -> {
                sleep(Duration.ofMillis(1));
                recordCarrier();
            });
            createTask(() -> "").whenDone(done -> recordCarrier());
            createTask(() -> Thread.ofVirtual().start(this::recordCarrier));
            LowLevel.addReader(pipe.source(), () -> {
                recordCarrier();
                LowLevel.removeReader(pipe.source());
                readable.setResult("readable");
            });
            pipe.sink().write(ByteBuffer.wrap(new byte[] {1}));
            parkInTheJdk();
            recordCarrier();
            readable.await();
            createTask(() -> {
                        sleep(Duration.ofMillis(3));
                        recordCarrier();
                        return "";
                    })
                    .await();
        });

        assertThat(carriers).containsExactly(Thread.currentThread());
        pipe.source().close();
        pipe.sink().close();
    }

    @Test
    void offloadedCallsRunElsewhere() {
        Thread worker =
                EventLoop.run(LoopOptions.defaults().withName("gyre"), () -> offload(VirtualThreads::currentCarrier));

        assertThat(worker).isNotSameAs(Thread.currentThread());
        assertThat(worker.getName()).startsWith("gyre-offload-");
    }

    @Test
    void loopMakesNoThreadButItsOffloadPoolAndTheWatchdogOfAll() throws InterruptedException {
        Set<Thread> before = platformThreads();
        var during = new HashSet<Thread>();

        EventLoop.run(LoopOptions.defaults().withName("gyre").withSlowStep(Duration.ZERO), () -> {
            var tasks = new ArrayList<Task<String>>();
            for (int number = 0; number < 100; number++) {
                tasks.add(createTask(() -> {
                    sleep(Duration.ofMillis(1));
                    parkInTheJdk();
                    return "";
                }));
            }
            for (Task<String> task : tasks) {
                task.await();
            }
            during.addAll(newThreadsSince(before));
            assertThat(during).extracting(Thread::getName).containsExactly("gyre-watchdog");
            offload(() -> "");
            during.addAll(newThreadsSince(before));
        });

        assertThat(during).extracting(Thread::getName).containsExactlyInAnyOrder("gyre-watchdog", "gyre-offload-1");
        for (Thread worker : during) {
            worker.join();
        }
        assertThat(newThreadsSince(before)).isEmpty();
    }

    @Test
    void allLoopsShareOneWatchdogThread() throws InterruptedException {
        var watchdogs = new HashSet<Thread>();

        EventLoop.run(() -> {
            watchdogs.addAll(watchdogs());
            EventLoop.run(() -> watchdogs.addAll(watchdogs()));
        });

        assertThat(watchdogs).hasSize(1).allMatch(Thread::isDaemon);
        for (Thread watchdog : watchdogs) {
            watchdog.join();
        }
    }

    private static Set<Thread> watchdogs() {
        Set<Thread> threads = platformThreads();
        threads.removeIf(thread -> !thread.getName().equals("gyre-watchdog"));
        return threads;
    }

    @Test
    void threadsOfTasksEndWithTheLoop() throws InterruptedException {
        var threads = new ArrayList<Thread>();
        var never = new CountDownLatch(1);

        EventLoop.run(() -> {
            createTask(() -> {
                threads.add(Thread.currentThread());
                never.await();
            });
            createTask(() -> {
                threads.add(Thread.currentThread());
                sleep(Duration.ofDays(1));
            });
            EventLoop.current().callSoon(() -> threads.add(Thread.currentThread()));
            EventLoop.current().callSoon(() -> {
                threads.add(Thread.currentThread());
                sleep(Duration.ofDays(1));
            });
            sleep(Duration.ZERO);
            sleep(Duration.ZERO);
        });

        assertThat(threads).hasSize(4).noneMatch(Thread::isAlive);
    }
}
