package io.gyre.loop;

import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;

import io.gyre.loop.sync.Queue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The main class of a JVM with a small heap, which is filled to the last byte again and again while tasks use the loop. The
 * exit status says whether all of them went on each time that there was memory again. No task calls Thread.sleep: with a full
 * heap the JDK loses timers of virtual threads, with or without a loop. For {@link MemoryTortureTest}.
 */
final class MemoryTorture {
    private static final Duration ONE_MILLISECOND = Duration.ofMillis(1);
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final long FULL_MILLIS = 300;
    private static final int DEEP = 300;
    private static final int WARM = 500;

    @SuppressWarnings("UnusedVariable") // which keeps what it holds
    private static volatile Object @Nullable [] hoard;

    private MemoryTorture() {}

    /** A task that calls something over and over, and counts. */
    private static final class Worker {
        private final String name;
        private final VoidBody<Exception> call;
        private final AtomicInteger calls = new AtomicInteger();

        Worker(String name, VoidBody<Exception> call) {
            this.name = name;
            this.call = call;
        }

        void run() throws Exception {
            while (true) {
                try {
                    call.run();
                    calls.incrementAndGet();
                } catch (OutOfMemoryError e) {
                    giveWay();
                } catch (RejectedExecutionException e) {
                    if (!(e.getCause() instanceof OutOfMemoryError)) {
                        throw e; // else there is no memory for a thread that would run the call
                    }
                    giveWay();
                }
            }
        }

        private static void giveWay() {
            try {
                yieldNow();
            } catch (OutOfMemoryError e) {
                // then it tries again at once
            }
        }
    }

    private static List<Worker> workers() {
        EventLoop loop = EventLoop.current();
        Queue<String> queue = new Queue<>(1);
        return List.of(
                new Worker("sleep", () -> sleep(ONE_MILLISECOND)),
                new Worker("put", () -> queue.put("")),
                new Worker("get", () -> queue.get()),
                new Worker("createTask, await", () -> Async.createTask(() -> "").await()),
                new Worker("offload", () -> Async.offload(() -> "")),
                new Worker("timeout", () -> Async.timeout(Duration.ofSeconds(5), () -> sleep(ONE_MILLISECOND))),
                new Worker("callSoon", () -> {
                    LoopFuture<String> future = loop.createFuture();
                    loop.callSoon(() -> future.setResult(""));
                    Async.timeout(Duration.ofSeconds(3), () -> future.await());
                }),
                new Worker("get of the JDK", () -> {
                    var future = new CompletableFuture<String>();
                    loop.callLater(ONE_MILLISECOND, () -> future.complete(""));
                    future.get(5, TimeUnit.SECONDS);
                }),
                new Worker("deep sleep", () -> deep(DEEP, () -> sleep(ONE_MILLISECOND))));
    }

    /** The deeper the stack, the more memory it takes to put it away. */
    private static long deep(int depth, VoidBody<Exception> call) throws Exception {
        if (depth == 0) {
            call.run();
            return 0;
        }
        return deep(depth - 1, call) + depth;
    }

    private static void fill() {
        Object[] head = null;
        for (int size = 1 << 20; size >= 16; ) {
            try {
                head = new Object[] {head, new byte[size]};
                hoard = head;
            } catch (OutOfMemoryError e) {
                size /= 2;
            }
        }
    }

    /** Fills the heap for a moment, and waits until each worker has gone on behind that. */
    private static void torture(List<Worker> workers) throws InterruptedException {
        fill();
        Thread.sleep(FULL_MILLIS);
        hoard = null;
        var before = new ArrayList<Integer>();
        workers.forEach(worker -> before.add(worker.calls.get()));
        awaitProgress(workers, before);
    }

    @SuppressWarnings("SystemOut")
    private static void awaitProgress(List<Worker> workers, List<Integer> before) throws InterruptedException {
        long giveUp = System.nanoTime() + PATIENCE_NANOS;
        for (int i = 0; i < workers.size(); i++) {
            while (workers.get(i).calls.get() <= before.get(i) + 1) {
                if (System.nanoTime() - giveUp > 0) {
                    System.out.println(workers.get(i).name + " does not go on");
                    Runtime.getRuntime().halt(1);
                }
                Thread.sleep(10);
            }
        }
    }

    /** Runs as many rounds as the argument says. */
    public static void main(String... args) throws Exception {
        var made = new CompletableFuture<List<Worker>>();
        Thread.ofPlatform()
                .daemon()
                .start(() -> EventLoop.run(
                        LoopOptions.defaults().withSlowStep(Duration.ZERO).withFailureHandler(failure -> {}), () -> {
                            List<Worker> workers = workers();
                            workers.forEach(worker -> Async.createTask(worker.name, worker::run));
                            made.complete(workers);
                            sleep(Duration.ofDays(1));
                        }));
        List<Worker> workers = made.get();
        awaitProgress(workers, Collections.nCopies(workers.size(), WARM)); // without memory nothing can be linked
        for (int round = Integer.parseInt(args[0]); round > 0; round--) {
            torture(workers);
        }
        Runtime.getRuntime().halt(0);
    }
}
