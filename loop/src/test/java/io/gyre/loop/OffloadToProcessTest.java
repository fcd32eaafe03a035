package io.gyre.loop;

import static io.gyre.loop.Async.offload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gyre.loop.process.ProcessPool;
import io.gyre.loop.process.ProcessPoolOptions;
import io.gyre.loop.process.WorkerDiedException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.NotSerializableException;
import java.lang.reflect.Field;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OffloadToProcessTest {
    private final HandDrivenLoop driven = new HandDrivenLoop();
    private final LinkedBlockingQueue<String> output = new LinkedBlockingQueue<>();
    private final ProcessPool pool = new ProcessPool(
            ProcessPoolOptions.defaults().withSize(1).withOutputHandler((pid, line) -> output.add(line)));

    @AfterEach
    void close() {
        driven.close();
        pool.close();
        assertThat(ProcessHandle.current().children()).isEmpty();
    }

    private static String loopForEver() {
        System.out.println(ProcessHandle.current().pid());
        while (System.getProperty("never set") == null) {
            Thread.onSpinWait();
        }
        return "never";
    }

    private static long pid() throws IOException {
        if (System.getProperty("gyre.fail") != null) {
            throw new FileNotFoundException("gone");
        }
        return ProcessHandle.current().pid();
    }

    private <T> T runInTask(Body<T, Exception> body) {
        Task<T> task = driven.start(body::run);
        driven.runUntil(task::isDone);
        return task.resultNow();
    }

    @Test
    void callRunsInAChildAndItsResultComesBack() {
        int captured = 20;

        assertThat(runInTask(() -> offload(pool, () -> captured + 22))).isEqualTo(42);
        assertThat(runInTask(() -> offload(pool, () -> pid())))
                .isNotEqualTo(ProcessHandle.current().pid());
    }

    @Test
    void checkedExceptionComesOutAsItIsAndCommandsRun() {
        String caught = runInTask(() -> {
            offload(pool, () -> {
                System.setProperty("gyre.fail", "yes");
            });
            try {
                return "" + offload(pool, () -> pid());
            } catch (IOException e) {
                return "" + e;
            }
        });

        assertThat(caught).isEqualTo("java.io.FileNotFoundException: gone");
    }

    @Test
    void deathOfTheChildFailsTheCallAlone() {
        runInTask(() -> assertThatExceptionOfType(WorkerDiedException.class)
                .isThrownBy(() -> offload(pool, () -> Runtime.getRuntime().halt(3))));

        assertThat(runInTask(() -> offload(pool, () -> "next"))).isEqualTo("next");
    }

    @Test
    void bodyThatCannotBeSentIsRejectedAndGivesItsPlaceBack() {
        var loop = driven.loop;
        Offloading limited = Offloading.on(pool).withLimit(1);

        for (int i = 0; i < 2; i++) {
            runInTask(() -> assertThatExceptionOfType(RejectedExecutionException.class)
                    .isThrownBy(() -> offload(limited, () -> loop.name()))
                    .withCauseInstanceOf(NotSerializableException.class));
        }
        SerializableBody<String, RuntimeException> sendable = () -> "sent";

        assertThat(runInTask(() -> offload(limited, sendable))).isEqualTo("sent");
        driven.assertIdle();
    }

    @Test
    void cancelKillsTheChildAndDoesNotWait() throws Exception {
        Task<String> task = driven.start(() -> offload(pool, () -> loopForEver()));
        ProcessHandle child = ProcessHandle.of(Long.parseLong(output.take())).orElseThrow();

        task.cancel("enough");
        driven.settle();

        assertThat(task.isCancelled()).isTrue();
        child.onExit().join();
        assertThat(runInTask(() -> offload(pool, () -> "next"))).isEqualTo("next");
    }

    /** No call of the pool keeps its lock for longer than a moment, so the test takes it. */
    @Test
    void cancelDoesNotWaitForALockOfThePool() throws Exception {
        Task<String> task = driven.start(() -> offload(pool, () -> loopForEver()));
        ProcessHandle child = ProcessHandle.of(Long.parseLong(output.take())).orElseThrow();
        ReentrantLock lock = lockOfPool();
        var held = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        var holder = OtherThread.run(() -> {
            lock.lock();
            try {
                held.countDown();
                release.await();
            } finally {
                lock.unlock();
            }
        });
        held.await();

        Task<Boolean> canceller = driven.start(() -> task.cancel("enough"));

        assertThat(canceller.resultNow()).isTrue();
        assertThat(task.isCancelled()).isTrue();
        release.countDown();
        holder.get();
        driven.runUntil(() -> !child.isAlive());
    }

    private ReentrantLock lockOfPool() throws ReflectiveOperationException {
        Field queue = ProcessPool.class.getDeclaredField("queue");
        queue.setAccessible(true);
        Object callQueue = queue.get(pool);
        Field lock = callQueue.getClass().getDeclaredField("lock");
        lock.setAccessible(true);
        return (ReentrantLock) lock.get(callQueue);
    }

    @Test
    void waitingTaskWaitsForTheChildWhenItIsCancelled() throws Exception {
        SerializableBody<String, RuntimeException> call = () -> loopForEver();
        Task<String> task = driven.start(() -> offload(Offloading.on(pool).withOnCancel(OnCancel.WAIT), call));
        ProcessHandle child = ProcessHandle.of(Long.parseLong(output.take())).orElseThrow();

        task.cancel("enough");
        driven.settle();
        assertThat(task.isDone()).isFalse();
        child.destroyForcibly();
        driven.runUntil(task::isDone);

        assertThat(driven.takeFailures()).singleElement().satisfies(failure -> assertThat(failure.exception())
                .isInstanceOf(WorkerDiedException.class));
    }

    @Test
    void futureOfThePoolCanBeAwaited() {
        assertThat(runInTask(() -> Async.await(pool.submit(() -> "value")))).isEqualTo("value");
    }
}
