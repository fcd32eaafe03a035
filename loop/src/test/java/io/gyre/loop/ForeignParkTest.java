package io.gyre.loop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Exchanger;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Phaser;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.concurrent.locks.StampedLock;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A cancellation interrupts a task that waits in a call of the JDK which reacts to that, and no other. */
class ForeignParkTest {
    @AutoClose
    private final HandDrivenLoop driven = new HandDrivenLoop();

    private final EventLoop loop = driven.loop;
    private final List<String> log = new ArrayList<>();

    /** A call of the JDK that waits, and what lets it go on. */
    private record Call(String name, VoidBody<Exception> body, Runnable release) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Call call(String name, VoidBody<Exception> body, Runnable release) {
        return new Call(name, body, release);
    }

    /** Held by nobody's thread, so that whoever wants it waits. */
    private static ReentrantLock heldByAnother() {
        var lock = new ReentrantLock();
        var held = new CountDownLatch(1);
        Thread.ofPlatform().daemon().start(() -> hold(lock, held));
        OtherThread.spinUntil(() -> held.getCount() == 0);
        return lock;
    }

    @SuppressWarnings("LockNotBeforeTry") // The thread ends with the lock in its hand.
    private static void hold(ReentrantLock lock, CountDownLatch held) {
        lock.lock();
        held.countDown();
    }

    static Stream<Call> interruptible() {
        var queue = new LinkedBlockingQueue<String>();
        var lock = new ReentrantLock();
        var condition = lock.newCondition();
        return Stream.of(
                call("Thread.sleep", () -> Thread.sleep(Duration.ofDays(1)), () -> {}),
                call("CountDownLatch.await", () -> new CountDownLatch(1).await(), () -> {}),
                call("BlockingQueue.take", queue::take, () -> {}),
                call("SynchronousQueue.put", () -> new SynchronousQueue<String>().put(""), () -> {}),
                call("Semaphore.acquire", () -> new Semaphore(0).acquire(), () -> {}),
                call("Lock.lockInterruptibly", () -> heldByAnother().lockInterruptibly(), () -> {}),
                call("CompletableFuture.get", () -> new CompletableFuture<String>().get(), () -> {}),
                call("FutureTask.get", () -> new FutureTask<>(() -> "").get(), () -> {}),
                call("CyclicBarrier.await", () -> new CyclicBarrier(2).await(), () -> {}),
                call("Exchanger.exchange", () -> new Exchanger<String>().exchange(""), () -> {}),
                call("Phaser.awaitAdvanceInterruptibly", () -> new Phaser(1).awaitAdvanceInterruptibly(0), () -> {}),
                call(
                        "Object.wait",
                        () -> {
                            synchronized (queue) {
                                while (true) {
                                    queue.wait();
                                }
                            }
                        },
                        () -> {}),
                call(
                        "Condition.await",
                        () -> {
                            lock.lock();
                            try {
                                while (true) {
                                    condition.await();
                                }
                            } finally {
                                lock.unlock();
                            }
                        },
                        () -> {}));
    }

    @ParameterizedTest
    @MethodSource("interruptible")
    void callThatReactsIsInterrupted(Call call) {
        Task<?> task = driven.start(() -> call.body.run());

        task.cancel("enough");
        driven.runUntil(task::isDone);

        assertThat(task.isCancelled()).isTrue();
    }

    static Stream<Call> uninterruptible() {
        var semaphore = new Semaphore(0);
        var future = new CompletableFuture<String>();
        var phaser = new Phaser(1);
        var stamped = new StampedLock();
        long stamp = stamped.writeLock();
        var readWrite = new ReentrantReadWriteLock();
        var taken = new CountDownLatch(1);
        var give = new CountDownLatch(1);
        OtherThread.run(() -> {
            readWrite.writeLock().lock();
            try {
                taken.countDown();
                give.await();
            } finally {
                readWrite.writeLock().unlock();
            }
        });
        OtherThread.spinUntil(() -> taken.getCount() == 0);
        return Stream.of(
                call("CompletableFuture.join", future::join, () -> future.complete("")),
                call("Semaphore.acquireUninterruptibly", semaphore::acquireUninterruptibly, semaphore::release),
                call("Phaser.awaitAdvance", () -> phaser.awaitAdvance(0), phaser::arrive),
                call("StampedLock.readLock", stamped::readLock, () -> stamped.unlockWrite(stamp)),
                call("ReadLock.lock", () -> readWrite.readLock().lock(), give::countDown));
    }

    @ParameterizedTest
    @MethodSource("uninterruptible")
    void callThatDoesNotReactIsLeftAlone(Call call) {
        Task<?> task = driven.start(() -> {
            call.body.run();
            log.add("interrupted: " + Thread.currentThread().isInterrupted());
            Async.yieldNow();
            log.add("not reached");
        });

        task.cancel("enough");
        driven.settle();
        assertThat(task.isDone()).isFalse();
        call.release.run();
        driven.runUntil(task::isDone);

        assertThat(log).containsExactly("interrupted: false");
        assertThat(task.isCancelled()).isTrue();
    }

    /** It waits for the lock uninterruptibly at first, and for a latch behind it. */
    @Test
    void taskIsInterruptedInTheNextCallThatReacts() {
        var future = new CompletableFuture<String>();
        Task<?> task = driven.start(() -> {
            future.join();
            log.add("joined");
            new CountDownLatch(1).await();
        });

        task.cancel("enough");
        driven.settle();
        assertThat(log).isEmpty();
        future.complete("");
        driven.runUntil(task::isDone);

        assertThat(log).containsExactly("joined");
        assertThat(task.isCancelled()).isTrue();
    }

    @Test
    void callOfALibraryThatParksByItselfIsInterrupted() {
        Task<?> task = driven.start(() -> {
            while (!Thread.interrupted()) {
                LockSupport.park();
            }
            throw new InterruptedException("as a library would");
        });

        task.cancel("enough");
        driven.runUntil(task::isDone);

        assertThat(task.isCancelled()).isTrue();
    }

    @Test
    void taskThatWaitsForAMonitorIsNotInterrupted() throws Exception {
        var monitor = new Object();
        var held = new CountDownLatch(1);
        var give = new CountDownLatch(1);
        FutureTask<?> holder = OtherThread.run(() -> {
            synchronized (monitor) {
                held.countDown();
                give.await();
            }
        });
        held.await();
        Task<?> task = driven.start(() -> {
            synchronized (monitor) {
                log.add("interrupted: " + Thread.currentThread().isInterrupted());
            }
        });

        task.cancel("enough");
        driven.settle();
        give.countDown();
        holder.get();
        driven.runUntil(task::isDone);

        assertThat(log).containsExactly("interrupted: false");
    }

    // ---- files, which an interrupt closes for all who share them

    @Test
    void fileSurvivesTheCancellationOfATaskThatIsReady(@TempDir Path directory) throws Exception {
        Path path = Files.createFile(directory.resolve("shared.log"));
        try (var file = FileChannel.open(path, StandardOpenOption.WRITE)) {
            LoopFuture<String> item = loop.createFuture();
            Task<?> consumer = driven.start(() -> {
                file.write(ByteBuffer.wrap(item.await().getBytes(UTF_8)));
                Async.yieldNow();
            });

            item.setResult("item");
            consumer.cancel("in the same tick");
            driven.settle();

            assertThat(consumer.isCancelled()).isTrue();
            assertThat(file.isOpen()).isTrue();
            assertThat(path).hasContent("item");
        }
    }

    @Test
    void fileSurvivesTheCleanUpOfACancelledTask(@TempDir Path directory) throws Exception {
        Path path = Files.createFile(directory.resolve("shared.log"));
        try (var file = FileChannel.open(path, StandardOpenOption.WRITE)) {
            Task<?> worker = driven.start(() -> {
                try {
                    new CountDownLatch(1).await();
                } finally {
                    file.write(ByteBuffer.wrap("bye".getBytes(UTF_8)));
                }
            });

            worker.cancel("enough");
            driven.runUntil(worker::isDone);

            assertThat(worker.isCancelled()).isTrue();
            assertThat(path).hasContent("bye");
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // The guest becomes ready by it.
    @Test
    void guestThatIsReadyIsInterruptedWhenItWaits() {
        var guestTask = new ArrayList<Task<?>>();
        Task<?> host = driven.start(() -> {
            Thread guest = Thread.startVirtualThread(() -> {
                guestTask.add(Async.currentTask());
                Thread.yield();
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    log.add("interrupted");
                }
            });
            guest.join();
        });
        while (guestTask.isEmpty()) {
            driven.tick();
        }

        guestTask.getFirst().cancel("enough");
        driven.runUntil(host::isDone);

        assertThat(log).containsExactly("interrupted");
    }
}
