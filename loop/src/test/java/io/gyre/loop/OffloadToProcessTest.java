package io.gyre.loop;

import static io.gyre.loop.Async.offload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gyre.loop.process.ProcessPool;
import io.gyre.loop.process.ProcessPoolOptions;
import io.gyre.loop.process.WorkerDiedException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.NotSerializableException;
import java.io.Serializable;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
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
                .isThrownBy(() -> offload(pool, () -> Runtime.getRuntime().halt(3)))
                .withMessageContaining("a call of " + getClass().getName() + ": exit code 3"));

        assertThat(runInTask(() -> offload(pool, () -> "next"))).isEqualTo("next");
    }

    @Test
    void bodyThatCannotBeSentIsRejectedAndGivesItsPlaceBack() {
        var loop = driven.loop;
        Offloading limited = Offloading.on(pool).withLimit(1);

        for (int i = 0; i < 2; i++) {
            runInTask(() -> assertThatExceptionOfType(RejectedExecutionException.class)
                    .isThrownBy(() -> offload(limited, () -> loop.name()))
                    .withMessageContaining("a call of " + getClass().getName() + " cannot be sent")
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

    // ---- odd exceptions

    private static final class SpeechlessException extends RuntimeException {
        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new IllegalStateException("in getMessage");
        }
    }

    private static String fail(String how) {
        switch (how) {
            case "completion" -> throw new CompletionException("mine", new IOException("inner"));
            case "cancellation" -> throw new CancellationException("mine");
            default -> throw new SpeechlessException();
        }
    }

    private Throwable failureOf(String how) {
        var thrown = new ArrayList<Throwable>();
        runInTask(() -> {
            try {
                return offload(pool, () -> fail(how));
            } catch (Throwable failure) {
                thrown.add(failure);
                return "thrown";
            }
        });
        return thrown.getFirst();
    }

    @Test
    void exceptionsThatMeanSomethingToFuturesComeOutAsTheyAre() {
        assertThat(failureOf("completion"))
                .isExactlyInstanceOf(CompletionException.class)
                .hasMessage("mine")
                .hasCauseInstanceOf(IOException.class);
        assertThat(failureOf("cancellation"))
                .isExactlyInstanceOf(CancellationException.class)
                .hasMessage("mine");
    }

    @Test
    void exceptionWhoseMessageThrowsComesOutAsItIs() {
        assertThat(failureOf("speechless")).isInstanceOf(SpeechlessException.class);
    }

    // ---- classes of the caller's

    /** Has classes of its own that others have, too, as the parts of an application server do. */
    private static final class OwnClasses extends ClassLoader {
        private final String prefix;

        OwnClasses(String prefix) {
            super(OwnClasses.class.getClassLoader());
            this.prefix = prefix;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(prefix) || findLoadedClass(name) != null) {
                return super.loadClass(name, resolve);
            }
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    /** Offloads, and goes on with the result and the exception as what it knows them for. */
    public static final class Caller implements Function<ProcessPool, Object> {
        private record Made(String name) implements Serializable {}

        private static final class FailedException extends Exception {
            private static final long serialVersionUID = 1;
        }

        private static String failOften() throws FailedException {
            throw new FailedException();
        }

        @Override
        public Object apply(ProcessPool pool) {
            Made made = offload(pool, () -> new Made("in a child"));
            try {
                return offload(pool, () -> failOften());
            } catch (FailedException e) {
                return List.of(made.name(), made.getClass(), e.getClass());
            }
        }
    }

    @Test
    void whatComesBackIsOfTheClassesOfTheCaller() throws Exception {
        var loader = new OwnClasses(Caller.class.getName());
        Class<?> callerClass = loader.loadClass(Caller.class.getName());
        @SuppressWarnings("unchecked") // the interface is the same for all
        var caller = (Function<ProcessPool, Object>)
                callerClass.getDeclaredConstructor().newInstance();
        assertThat(callerClass).isNotEqualTo(Caller.class);

        Object seen = runInTask(() -> caller.apply(pool));

        assertThat(seen)
                .isEqualTo(List.of(
                        "in a child",
                        loader.loadClass(Caller.Made.class.getName()),
                        loader.loadClass(Caller.FailedException.class.getName())));
    }
}
