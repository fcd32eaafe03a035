package io.gyre.loop;

import io.gyre.loop.SuspendingOperation.Kind;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** The suspending calls that something outside the loop ends: the JDK, an offloaded call, another loop. */
final class OutsideOperations {
    /**
     * One call.
     *
     * @param call suspends, and returns "value"
     * @param complete lets it return
     * @param kept asked when the call was cancelled, and completed after that: whether what it would have taken is there
     * @param close lets go of what the call needed
     */
    private record Case(Callable<?> call, VoidBody<?> complete, Callable<Boolean> kept, Runnable close) {
        Case(Callable<?> call, VoidBody<?> complete) {
            this(call, complete, () -> true, () -> {});
        }
    }

    private OutsideOperations() {}

    static List<Kind> kinds() {
        return List.of(
                onStage("await of a stage", Async::await),
                onStage("await of a wrapped stage", stage -> Async.wrapFuture(stage)
                        .await()),
                onStage("EventLoop.run in a task", stage -> EventLoop.run(() -> Async.await(stage))),
                kind("await of a java Future", driven -> javaFuture()),
                kind("get of a future with a time-out", OutsideOperations::timedGet),
                kind("BlockingQueue.take", driven -> taking(driven, queue -> queue.take())),
                kind("LowLevel.blocking", driven -> taking(driven, queue -> LowLevel.blocking("a value", queue::take))),
                kind("CountDownLatch.await", driven -> latch()),
                queued("offload", how -> how),
                queued("offload with OnCancel.WAIT", how -> how.withOnCancel(OnCancel.WAIT)),
                queued("offload with OnCancel.ABANDON", how -> how.withOnCancel(OnCancel.ABANDON)),
                kind("offload with a limit", OutsideOperations::limited),
                pooled("offload to the loop's threads", OnCancel.INTERRUPT),
                pooled("offload to the loop's threads with OnCancel.WAIT", OnCancel.WAIT),
                pooled("offload to the loop's threads with OnCancel.ABANDON", OnCancel.ABANDON),
                onOtherLoop("await of a future of another loop", (other, future) -> future.await()),
                onOtherLoop("get of a future of another loop", (other, future) -> future.get()),
                onOtherLoop("EventLoop.call of another loop", (other, future) -> other.call(() -> future.await())));
    }

    private static Kind kind(String name, Function<HandDrivenLoop, Case> maker) {
        return new Kind(name, driven -> {
            Case made = maker.apply(driven);
            return new SuspendingOperation(driven) {
                @Override
                Object call() throws Exception {
                    return made.call.call();
                }

                @Override
                void complete() throws Exception {
                    made.complete.run();
                }

                @Override
                boolean isKept() throws Exception {
                    return made.kept.call();
                }

                @Override
                void close() {
                    made.close.run();
                }
            };
        });
    }

    // ---- the JDK

    private interface OnStage {
        Object call(CompletableFuture<String> stage) throws Exception;
    }

    private static Kind onStage(String name, OnStage call) {
        return kind(name, driven -> {
            var stage = new CompletableFuture<String>();
            return new Case(() -> call.call(stage), () -> stage.complete("value"));
        });
    }

    private static Case javaFuture() {
        var future = new FutureTask<>(() -> "value");
        return new Case(() -> Async.await(future), future::run);
    }

    private static Case timedGet(HandDrivenLoop driven) {
        LoopFuture<String> future = driven.loop.createFuture();
        return new Case(() -> future.get(1, TimeUnit.DAYS), () -> future.setResult("value"));
    }

    private interface Taking {
        Object from(LinkedBlockingQueue<String> queue) throws InterruptedException;
    }

    private static Case taking(HandDrivenLoop driven, Taking taking) {
        var queue = new LinkedBlockingQueue<String>();
        // In a task, because a callback or the driver could meet a task that holds the queue's lock.
        return new Case(
                () -> taking.from(queue),
                () -> driven.loop.createTask(() -> queue.add("value")),
                () -> queue.size() == 1,
                () -> {});
    }

    private static Case latch() {
        var latch = new CountDownLatch(1);
        return new Case(
                () -> {
                    latch.await();
                    return "value";
                },
                latch::countDown);
    }

    // ---- offloading

    /** Runs nothing until it is told to, and then everything at once. */
    private static final class HeldExecutor implements Executor {
        private final Queue<Runnable> held = new ArrayDeque<>();
        private boolean released;

        @Override
        public void execute(Runnable call) {
            if (released) {
                call.run();
            } else {
                held.add(call);
            }
        }

        void release() {
            released = true;
            held.forEach(Runnable::run);
        }
    }

    private static Kind queued(String name, UnaryOperator<Offloading> policy) {
        return kind(name, driven -> {
            var executor = new HeldExecutor();
            Offloading how = policy.apply(Offloading.on(executor));
            return new Case(() -> Async.offload(how, () -> "value"), executor::release);
        });
    }

    /** The only place is taken until the call is completed. */
    private static Case limited(HandDrivenLoop driven) {
        var executor = new HeldExecutor();
        Offloading how = Offloading.on(executor).withLimit(1);
        driven.start(() -> Async.offload(how, () -> "first"));
        return new Case(
                () -> Async.offload(how, () -> "value"),
                executor::release,
                () -> driven.call(() -> Async.offload(how, () -> true)),
                () -> {});
    }

    private static Kind pooled(String name, OnCancel onCancel) {
        Offloading how = Offloading.onLoopExecutor().withOnCancel(onCancel);
        return kind(name, driven -> {
            var released = new CountDownLatch(1);
            return new Case(
                    () -> Async.offload(how, () -> {
                        released.await();
                        return "value";
                    }),
                    released::countDown);
        });
    }

    // ---- other loops

    private interface OnOtherLoop {
        Object call(EventLoop other, LoopFuture<String> future) throws Exception;
    }

    private static Kind onOtherLoop(String name, OnOtherLoop call) {
        return kind(name, driven -> {
            LoopPortal other = LoopPortal.start(
                    Thread.ofPlatform().daemon().factory(),
                    LoopOptions.defaults().withName("other").withSlowStep(Duration.ZERO));
            LoopFuture<String> future = other.call(() -> other.loop().createFuture());
            return new Case(
                    () -> call.call(other.loop(), future),
                    () -> other.call(() -> future.setResult("value")),
                    () -> true,
                    other::close);
        });
    }
}
