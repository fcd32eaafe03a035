package io.gyre.loop;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_DAY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.spi.Failure;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventLoopLifecycleTest {
    private final EventLoop loop = EventLoop.create(LoopOptions.defaults().withName("lifecycle"));

    @AfterEach
    void close() {
        loop.close();
    }

    @Test
    void runReturnsTheValueOfItsBody() {
        String value = EventLoop.run(() -> {
            Task<String> child = createTask(() -> "from a child");
            return child.await();
        });

        assertThat(value).isEqualTo("from a child");
    }

    @Test
    void runWithoutResultRunsItsBody() {
        var log = new ArrayList<String>();

        EventLoop.run(() -> {
            log.add("ran");
        });
        EventLoop.run(LoopOptions.defaults().withName("named"), () -> {
            log.add(EventLoop.current().name());
        });

        assertThat(log).containsExactly("ran", "named");
    }

    @Test
    void checkedExceptionIsRethrownAsItIs() {
        var thrown = new FileNotFoundException("gone");
        Throwable caught = null;

        try {
            EventLoop.run(() -> {
                throwIt(thrown);
            });
        } catch (IOException e) {
            caught = e;
        }

        assertThat(caught).isSameAs(thrown);
    }

    private static void throwIt(IOException exception) throws IOException {
        throw exception;
    }

    @Test
    void errorIsRethrownAsItIs() {
        var error = new AssertionError("boom");

        assertThatThrownBy(() -> loop.runUntilComplete(() -> {
                    throw error;
                }))
                .isSameAs(error);
    }

    @Test
    void runInAVirtualThreadGetsAPlatformThreadOfItsOwn() throws Exception {
        var call = new FutureTask<>(() -> EventLoop.run(LoopOptions.defaults().withName("own-thread"), () -> {
            yieldNow();
            return VirtualThreadTask.current().loop.name();
        }));

        Thread.ofVirtual().start(call);

        assertThat(call.get()).isEqualTo("own-thread");
    }

    @Test
    void runCanBeNestedInATaskWhileTheOuterLoopGoesOn() {
        var inner = new CountDownLatch(1);

        String value = EventLoop.run(() -> {
            Task<String> nested = createTask(() -> EventLoop.run(() -> {
                Async.offload(() -> inner.await());
                return "inner";
            }));
            createTask(() -> inner.countDown());
            return nested.await();
        });

        assertThat(value).isEqualTo("inner");
    }

    @Test
    void nestedRunPassesExceptionsOn() {
        assertThatThrownBy(() -> EventLoop.run(() -> {
                    EventLoop.run(() -> throwIt(new FileNotFoundException("inner")));
                }))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessage("inner");
        assertThatThrownBy(() -> EventLoop.run(() -> {
                    EventLoop.run(() -> {
                        throw new AssertionError("inner");
                    });
                }))
                .isInstanceOf(AssertionError.class)
                .hasMessage("inner");
    }

    @Test
    void cancellingATaskCancelsTheLoopThatItRuns() {
        var log = new ArrayList<String>();

        EventLoop.run(() -> {
            var innerSleeps = EventLoop.current().<@org.jspecify.annotations.Nullable Void>createFuture();
            EventLoop outer = EventLoop.current();
            Task<?> nested = createTask(() -> {
                EventLoop.run(() -> {
                    EventLoop.current()
                            .callLater(
                                    Duration.ofMillis(1),
                                    () -> outer.callSoonThreadsafe(() -> innerSleeps.setResult(null)));
                    try {
                        sleep(Duration.ofDays(1));
                    } finally {
                        log.add("inner cleaned up");
                    }
                });
            });
            innerSleeps.await();
            nested.cancel("enough");
            awaitQuietly(nested);
            log.add("" + nested.state());
        });

        assertThat(log).containsExactly("inner cleaned up", "CANCELLED");
    }

    private static void awaitQuietly(Task<?> task) {
        assertThatThrownBy(task::await).isInstanceOf(java.util.concurrent.CompletionException.class);
    }

    @Test
    void interruptOfAVirtualThreadCancelsTheLoopThatItRuns() throws Exception {
        var begun = new CountDownLatch(1);
        var call = new FutureTask<>(() -> EventLoop.run(() -> {
            EventLoop.current().callSoon(begun::countDown);
            sleep(Duration.ofDays(1));
            return "";
        }));
        Thread caller = Thread.ofVirtual().start(call);
        begun.await();

        caller.interrupt();

        assertThatThrownBy(call::get)
                .cause()
                .isInstanceOf(CancelledException.class)
                .hasMessageContaining("the thread that called EventLoop.run was interrupted");
    }

    @Test
    void runUntilCompleteCanBeCalledRepeatedly() {
        var log = new ArrayList<String>();
        loop.callSoon(() -> log.add("callback"));

        int first = loop.runUntilComplete(() -> 1);
        int second = loop.runUntilComplete(() -> 2);

        assertThat(first + second).isEqualTo(3);
        assertThat(log).containsExactly("callback");
    }

    @Test
    void otherTasksGoOnInTheNextRun() {
        var log = new ArrayList<String>();
        loop.createTask(() -> {
            for (int turn = 0; turn < 4; turn++) {
                log.add("turn " + turn);
                yieldNow();
            }
            return "";
        });

        loop.runUntilComplete(() -> "done at once");
        int turnsInFirstRun = log.size();
        loop.runUntilComplete(() -> {
            for (int turn = 0; turn < 6; turn++) {
                yieldNow();
            }
            return "";
        });

        assertThat(turnsInFirstRun).isEqualTo(1);
        assertThat(log).hasSize(4);
        assertThat(loop.tasks()).isEmpty();
    }

    @Test
    void stopEndsRunForever() {
        loop.createTask(() -> {
            yieldNow();
            loop.stop();
            return "";
        });

        loop.runForever();

        assertThat(loop.tasks()).isEmpty();
        assertThat(loop.isRunning()).isFalse();
    }

    @Test
    void stopFromAnotherThreadEndsRunForever() throws Exception {
        var running = new CountDownLatch(1);
        loop.callSoon(running::countDown);
        FutureTask<?> stopper = OtherThread.run(() -> {
            running.await();
            loop.stop();
        });

        loop.runForever();

        stopper.get();
        assertThat(loop.isRunning()).isFalse();
    }

    @Test
    void stopBeforeRunForeverRunsOneTick() {
        var log = new ArrayList<String>();
        loop.callSoon(() -> {
            log.add("first tick");
            loop.callSoon(() -> log.add("second tick"));
        });
        loop.stop();

        loop.runForever();

        assertThat(log).containsExactly("first tick");
    }

    @Test
    void runThatIsStoppedBeforeItsTaskIsDoneSaysSo() {
        loop.callSoon(loop::stop);

        assertThatIllegalStateException()
                .isThrownBy(() -> loop.runUntilComplete(() -> {
                    sleep(Duration.ofDays(1));
                    return "";
                }))
                .withMessageContaining("stopped before task 'main' was done");
    }

    @Test
    void stopEndsOneRunOnly() {
        loop.callSoon(loop::stop);
        loop.runForever();

        assertThat(loop.runUntilComplete(() -> "second run")).isEqualTo("second run");
    }

    @Test
    void runOnceServesAProgramThatOwnsTheThread() {
        var log = new ArrayList<String>();
        loop.createTask(() -> {
            log.add("one");
            yieldNow();
            return log.add("two");
        });

        int first = loop.runOnce(Duration.ZERO);
        assertThat(log).containsExactly("one");
        int second = loop.runOnce(Duration.ofSeconds(-5));
        int third = loop.runOnce(Duration.ZERO);

        assertThat(log).containsExactly("one", "two");
        assertThat(List.of(first, second, third)).containsExactly(1, 1, 0);
    }

    @Test
    void isRunningInTasksAndNotBetweenRuns() {
        assertThat(loop.isRunning()).isFalse();
        assertThat(loop.runUntilComplete(loop::isRunning)).isTrue();
        assertThat(loop.isRunning()).isFalse();
    }

    @Test
    void drivingALoopThatRunsIsRejected() throws Exception {
        var second = new FutureTask<>(() -> loop.runOnce(Duration.ZERO));

        loop.runUntilComplete(() -> {
            Thread driver = Thread.ofPlatform().start(second);
            driver.join();
            return "";
        });

        assertThatThrownBy(second::get)
                .cause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("runOnce: EventLoop[lifecycle] is already running");
    }

    @Test
    void loopMayBeDrivenByAnotherThreadThanItsCreator() throws Exception {
        var call = new FutureTask<>(() -> loop.runUntilComplete(loop::inLoop));

        Thread.ofPlatform().start(call);

        assertThat(call.get()).isTrue();
        assertThat(loop.inLoop()).isFalse();
    }

    @Test
    void interruptOfTheDrivingThreadCancelsMain() {
        Thread driver = Thread.currentThread();
        var log = new ArrayList<String>();

        assertThatExceptionOfType(CancelledException.class)
                .isThrownBy(() -> loop.runUntilComplete(() -> {
                    interruptWhenTheLoopSleeps(driver);
                    try {
                        sleep(Duration.ofDays(1));
                    } finally {
                        log.add("cleaned up");
                    }
                    return "";
                }))
                .withMessageContaining("the thread that runs the loop was interrupted");

        assertThat(Thread.interrupted()).isTrue();
        assertThat(log).containsExactly("cleaned up");
    }

    @Test
    void interruptThatIsPendingAtTheStartCancelsMain() {
        Thread.currentThread().interrupt();

        assertThatExceptionOfType(CancelledException.class)
                .isThrownBy(() -> loop.runUntilComplete(() -> {
                    sleep(Duration.ofSeconds(5));
                    return "";
                }));

        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void interruptOfTheDrivingThreadEndsRunForever() {
        Thread driver = Thread.currentThread();
        loop.callSoon(() -> interruptWhenTheLoopSleeps(driver));

        loop.runForever();

        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void interruptDuringAStepThatSuspendsEndsRunForever() {
        assertInterruptEndsRunForever(() -> sleep(ONE_DAY));
    }

    @Test
    void interruptDuringAStepThatYieldsEndsRunForever() {
        assertInterruptEndsRunForever(() -> yieldNow());
    }

    @Test
    void interruptDuringTheLastStepOfATaskEndsRunForever() {
        assertInterruptEndsRunForever(() -> {});
    }

    private void assertInterruptEndsRunForever(VoidBody<?> restOfTheTask) {
        Thread driver = Thread.currentThread();
        loop.createTask(() -> {
            driver.interrupt();
            restOfTheTask.run();
        });

        loop.runForever();

        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void interruptDuringACallbackEndsRunForever() {
        loop.callSoon(Thread.currentThread()::interrupt);

        loop.runForever();

        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void interruptBetweenTwoStepsOfATickIsKept() {
        Thread driver = Thread.currentThread();
        loop.createTask(driver::interrupt);
        for (int i = 0; i < 3; i++) {
            loop.createTask(() -> {});
        }

        loop.runOnce(Duration.ZERO);

        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void interruptOfATaskIsNoInterruptOfTheDrivingThread() {
        loop.runUntilComplete(() -> {
            Thread.currentThread().interrupt();
            LockSupport.park();
        });

        assertThat(Thread.interrupted()).isFalse();
    }

    private static void interruptWhenTheLoopSleeps(Thread driver) {
        Thread.ofPlatform().start(() -> {
            OtherThread.spinUntil(() -> inSelect(driver));
            driver.interrupt();
        });
    }

    private static boolean inSelect(Thread driver) {
        for (StackTraceElement frame : driver.getStackTrace()) {
            if (frame.getMethodName().equals("epollWait")
                    || frame.getMethodName().equals("wait")) {
                return true;
            }
        }
        return false;
    }

    @Test
    void creatingALoopInAVirtualThreadIsRejected() throws Exception {
        var call = new FutureTask<>(() -> EventLoop.create());

        Thread.ofVirtual().start(call);

        assertThatThrownBy(call::get)
                .cause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("EventLoop.create needs a platform thread")
                .hasMessageContaining("EventLoop.run works in both");
    }

    @Test
    void drivingALoopInATaskIsRejected() {
        String message = loop.runUntilComplete(() -> {
            try {
                loop.runOnce(Duration.ZERO);
                return "";
            } catch (IllegalStateException e) {
                return String.valueOf(e.getMessage());
            }
        });

        assertThat(message).contains("runOnce needs a platform thread");
    }

    @Test
    void loopNamesItself() {
        assertThat(loop.name()).isEqualTo("lifecycle");
        assertThat(loop).hasToString("EventLoop[lifecycle]");
    }

    @Test
    void currentLoopIsThatOfTheTask() {
        assertThat(loop.runUntilComplete(EventLoop::current)).isSameAs(loop);
        assertThatIllegalStateException()
                .isThrownBy(EventLoop::current)
                .withMessageContaining("is not a task of an event loop")
                .withMessageContaining("EventLoop.run(() -> ...)");
    }

    @Test
    void interruptOfTheDrivingThreadRunsNoAbortHandlerOnIt() {
        Thread driver = Thread.currentThread();
        var abortedOn = new ArrayList<Thread>();

        assertThatExceptionOfType(CancelledException.class)
                .isThrownBy(() -> loop.runUntilComplete(() -> {
                    interruptWhenTheLoopSleeps(driver);
                    LowLevel.park("the interrupt", () -> abortedOn.add(Thread.currentThread()));
                    return "";
                }));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(abortedOn).singleElement().matches(Thread::isVirtual);
    }

    @Test
    void interruptThatCancelledMainDoesNotCutClosingShort() {
        Thread driver = Thread.currentThread();
        var failures = new CopyOnWriteArrayList<Failure>();
        var log = new CopyOnWriteArrayList<String>();

        assertThatExceptionOfType(CancelledException.class)
                .isThrownBy(() -> EventLoop.run(LoopOptions.defaults().withFailureHandler(failures::add), () -> {
                    Task<?> main = currentTask();
                    offload(() -> {
                        interruptWhenTheLoopSleeps(driver);
                        awaitInterrupt();
                        OtherThread.spinUntil(() -> main.isDone() && inSelect(driver));
                        log.add("cleaned up while the loop waits");
                    });
                }));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(log).containsExactly("cleaned up while the loop waits");
        assertThat(failures).isEmpty();
    }

    @SuppressWarnings("InterruptedExceptionSwallowed") // it is what is awaited
    private static void awaitInterrupt() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException expected) {
            // now
        }
    }
}
