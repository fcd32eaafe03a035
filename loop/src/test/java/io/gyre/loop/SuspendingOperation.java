package io.gyre.loop;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.moveOnAfter;
import static io.gyre.loop.Async.moveOnAt;
import static io.gyre.loop.Async.shield;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.timeout;
import static io.gyre.loop.Async.timeoutAt;
import static io.gyre.loop.Durations.ONE_DAY;

import io.gyre.loop.Combinators.When;
import io.gyre.loop.sync.Select;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A call that suspends until the test completes it: one of each kind that the loop has, and some of the JDK's. */
abstract class SuspendingOperation {
    /** Longer than any test lasts. */
    private static final Duration ONE_YEAR = Duration.ofDays(365);

    private static final TaskGroupOptions GROUP = TaskGroupOptions.named("test").withTimeout(ONE_YEAR);

    final HandDrivenLoop driven;
    private final List<Completion<?>> awaited = new ArrayList<>();

    SuspendingOperation(HandDrivenLoop driven) {
        this.driven = driven;
    }

    /** A name and how to make it. */
    record Kind(String name, Function<HandDrivenLoop, SuspendingOperation> maker) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** Suspends. Called once, in the task. */
    abstract Object call() throws Exception;

    /** Lets the call return. Called once, on the loop thread; before, while or after it suspends. */
    abstract void complete() throws Exception;

    /** {@return whether the value is still there after a call that was completed and did not return it} */
    boolean isKept() throws Exception {
        return true;
    }

    /** Lets go of what the test needed. */
    void close() throws Exception {}

    /** {@return what the call waits for, which it must leave without an observer} */
    final List<Completion<?>> awaited() {
        return awaited;
    }

    final <T extends Completion<?>> T awaiting(T completion) {
        awaited.add(completion);
        return completion;
    }

    static List<Kind> kinds() {
        var kinds = new ArrayList<Kind>();
        addTimed(kinds);
        addPrimitives(kinds);
        addGroups(kinds);
        addCombinators(kinds);
        addScopes(kinds);
        kinds.addAll(OutsideOperations.kinds());
        kinds.addAll(SyncOperations.kinds());
        return kinds;
    }

    private static void addTimed(List<Kind> kinds) {
        kinds.add(timed("sleep", loop -> sleep(ONE_DAY)));
        kinds.add(timed("sleepUntil", loop -> Async.sleepUntil(loop.time() + ONE_DAY.toNanos())));
        kinds.add(timed("sleepForever in moveOnAfter", loop -> Async.moveOnAfter(ONE_DAY, Async::sleepForever)));
        kinds.add(timed("yieldNow", loop -> Async.yieldNow()));
        kinds.add(timed("sleep of no time", loop -> sleep(Duration.ZERO)));
        kinds.add(timed("Interval.await", loop -> Interval.of(ONE_DAY).await()));
        kinds.add(timed("checkpoint", loop -> LowLevel.checkpoint()));
        kinds.add(timed(
                "Select.await with a time-out",
                loop -> Select.<String>first().onTimeout(ONE_DAY, () -> "value").await()));
    }

    private interface Timed {
        void call(EventLoop loop) throws Exception;
    }

    private static Kind timed(String name, Timed call) {
        return new Kind(name, driven -> new SuspendingOperation(driven) {
            @Override
            Object call() throws Exception {
                call.call(driven.loop);
                return "value";
            }

            @Override
            void complete() {
                driven.ticker.advance(ONE_DAY);
            }
        });
    }

    private interface OnFuture {
        Object call(LoopFuture<String> future) throws Exception;
    }

    /** The call returns when a future is done. */
    private static Kind onFuture(String name, OnFuture call) {
        return new Kind(name, driven -> new SuspendingOperation(driven) {
            private final LoopFuture<String> future = awaiting(driven.loop.<String>createFuture());

            @Override
            Object call() throws Exception {
                return call.call(future);
            }

            @Override
            void complete() {
                future.setResult("value");
            }
        });
    }

    private interface OnTask {
        Object call(Task<String> task) throws Exception;
    }

    /** The call returns when another task is done. */
    private static Kind onTask(String name, OnTask call) {
        return new Kind(name, driven -> new SuspendingOperation(driven) {
            private final LoopFuture<String> future = driven.loop.createFuture();
            private final Task<String> task =
                    awaiting((VirtualThreadTask<String>) driven.loop.createTask(() -> future.await()));

            @Override
            Object call() throws Exception {
                return call.call(task);
            }

            @Override
            void complete() {
                if (!future.isDone()) {
                    future.setResult("value");
                }
            }
        });
    }

    private static void addPrimitives(List<Kind> kinds) {
        kinds.add(onFuture("Select.await of a future", future -> Select.<String>first()
                .onDone(future, done -> done.resultNow())
                .await()));
        kinds.add(onFuture("await of a future", LoopFuture::await));
        kinds.add(onFuture("awaitThrowing of a future", future -> future.awaitThrowing(IOException.class)));
        kinds.add(onFuture("unwrap", future -> Async.unwrap(IOException.class, future::await)));
        kinds.add(onFuture("get of a future", LoopFuture::get));
        kinds.add(onTask("await of a task", Task::await));
        kinds.add(onTask("join of a task", task -> {
            task.join();
            return task.resultNow();
        }));
        kinds.add(onTask("cancelAndJoin", task -> {
            task.cancelAndJoin("no longer needed");
            return "value";
        }));
        kinds.add(new Kind("park", Park::new));
        kinds.add(new Kind("awaitReadable", driven -> new Readiness(driven, true)));
        kinds.add(new Kind("awaitWritable", driven -> new Readiness(driven, false)));
        kinds.add(new Kind("awaitAcceptable", Acceptance::new));
    }

    private static void addGroups(List<Kind> kinds) {
        kinds.add(onFuture(
                "TaskGroup.call",
                future -> TaskGroup.call(group -> {
                    group.createTask(future::await);
                    return "value";
                })));
        kinds.add(onFuture("TaskGroup.run", future -> {
            var result = new ArrayList<String>();
            TaskGroup.run(group -> group.createTask(() -> result.add(future.await())));
            return result.getFirst();
        }));
        kinds.add(onFuture(
                "block of a TaskGroup",
                future -> TaskGroup.call(group -> {
                    group.createTask(() -> sleep(Duration.ZERO));
                    return group.createTask(future::await).await();
                })));
        kinds.add(onFuture("TaskGroup.supervise", future -> {
            TaskGroup.supervise(group -> group.createTask(future::await));
            return "value";
        }));
        kinds.add(onFuture("TaskGroup.join", future -> TaskGroup.join(Joiner.<String>awaitAll(), group -> {
                    group.createTask(future::await);
                    group.createTask(future::await);
                })
                .getFirst()
                .resultNow()));
        kinds.add(onFuture(
                "TaskGroup.call with options",
                future -> TaskGroup.call(
                        GROUP, group -> group.createTask(future::await).await())));
        kinds.add(onFuture("TaskGroup.run with options", future -> {
            var result = new ArrayList<String>();
            TaskGroup.run(GROUP, group -> group.createTask(() -> result.add(future.await())));
            return result.getFirst();
        }));
        kinds.add(onFuture("TaskGroup.supervise with options", future -> {
            TaskGroup.supervise(GROUP, group -> group.createTask(future::await));
            return "value";
        }));
        kinds.add(onFuture("TaskGroup.join with options", future -> TaskGroup.join(
                        GROUP, Joiner.<String>awaitAll(), group -> group.createTask(future::await))
                .getFirst()
                .resultNow()));
        kinds.add(onFuture(
                "TaskGroup.start",
                future -> TaskGroup.call(group -> group.<String>start(ready -> {
                    ready.setResult(future.await());
                    return "";
                }))));
    }

    private static void addCombinators(List<Kind> kinds) {
        kinds.add(onFuture("TaskSet.awaitNext", future -> {
            try (var set = new TaskSet<String>()) {
                set.createTask(() -> future.await());
                return set.awaitNext().orElseThrow().resultNow();
            }
        }));
        kinds.add(onFuture("gather", future -> Combinators.gather(List.<Callable<String>>of(future::await, () -> ""))
                .getFirst()));
        kinds.add(
                onFuture("gatherSettled", future -> Combinators.gatherSettled(List.<Callable<String>>of(future::await))
                        .getFirst()
                        .resultNow()));
        kinds.add(onTask("gatherTasks", task -> Combinators.<String>gatherTasks(List.of(task))
                .getFirst()));
        kinds.add(onTask("awaitTasks", task -> {
            Combinators.awaitTasks(List.of(task), When.ALL_COMPLETED);
            return task.resultNow();
        }));
        kinds.add(onTask("awaitTasks with a time-out", task -> {
            Combinators.awaitTasks(List.of(task), When.FIRST_COMPLETED, ONE_YEAR);
            return task.resultNow();
        }));
        kinds.add(onTask(
                "asCompleted",
                task -> Combinators.asCompleted(List.of(task)).iterator().next().resultNow()));
        kinds.add(onFuture(
                "race",
                future -> Combinators.<String>race(future::await, () -> {
                    sleep(ONE_YEAR);
                    return "slept";
                })));
        kinds.add(onFuture(
                "staggered",
                future -> Combinators.<String>staggered(ONE_YEAR, List.of(future::await, () -> "never begun"))));
        kinds.add(onFuture("mapAsync", future -> Combinators.<Integer, String>mapAsync(
                        2, List.of(1, 2, 3), element -> future.await())
                .getLast()));
    }

    private static void addScopes(List<Kind> kinds) {
        kinds.add(onFuture("timeout", future -> timeout(ONE_YEAR, future::await)));
        kinds.add(onFuture("timeout with a name", future -> timeout(ONE_YEAR, "the value", future::await)));
        kinds.add(onFuture("timeoutAt", future -> timeoutAt(inOneYear(), future::await)));
        kinds.add(onFuture("timeoutAt with a name", future -> timeoutAt(inOneYear(), "the value", future::await)));
        kinds.add(onFuture(
                "moveOnAfter", future -> moveOnAfter(ONE_YEAR, future::await).orElseThrow()));
        kinds.add(onFuture(
                "moveOnAt", future -> moveOnAt(inOneYear(), future::await).orElseThrow()));
        kinds.add(onFuture("CancelScope.run", future -> {
            var result = new ArrayList<String>();
            CancelScope.run(scope -> result.add(future.await()));
            return result.getFirst();
        }));
        kinds.add(onFuture("CancelScope.call", future -> CancelScope.call(scope -> future.await())
                .orElseThrow()));
        kinds.add(onFuture(
                "CancelToken.call",
                future -> new CancelToken().call(future::await).orElseThrow()));
        kinds.add(onFuture("CancelToken.run", future -> {
            var result = new ArrayList<String>();
            new CancelToken().run(() -> result.add(future.await()));
            return result.getFirst();
        }));
        kinds.add(onFuture("shield", future -> shield(ONE_YEAR, future::await)));
        kinds.add(onFuture(
                "timeout of a group in a shield",
                future -> shield(
                        ONE_YEAR,
                        () -> timeout(
                                ONE_YEAR,
                                () -> TaskGroup.call(
                                        group -> group.createTask(future::await).await())))));
    }

    private static long inOneYear() {
        return EventLoop.current().time() + ONE_YEAR.toNanos();
    }

    private static final class Park extends SuspendingOperation {
        private boolean completed;
        private @Nullable Task<?> parked;

        Park(HandDrivenLoop driven) {
            super(driven);
        }

        @Override
        Object call() {
            LowLevel.checkpoint();
            if (!completed) {
                parked = currentTask();
                LowLevel.park("a park of the test", () -> {
                    parked = null;
                    return true;
                });
            }
            return "value";
        }

        @Override
        void complete() {
            completed = true;
            if (parked != null) {
                LowLevel.unpark(parked);
                parked = null;
            }
        }
    }

    private static final class Readiness extends SuspendingOperation {
        private final boolean reading;
        private final Pipe pipe;

        Readiness(HandDrivenLoop driven, boolean reading) {
            super(driven);
            this.reading = reading;
            try {
                this.pipe = Pipe.open();
                pipe.source().configureBlocking(false);
                pipe.sink().configureBlocking(false);
                if (!reading) {
                    while (pipe.sink().write(ByteBuffer.allocate(1 << 16)) > 0) {
                        // until it is full
                    }
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        Object call() throws IOException {
            if (reading) {
                LowLevel.awaitReadable(pipe.source());
            } else {
                LowLevel.awaitWritable(pipe.sink());
            }
            return "value";
        }

        @Override
        void complete() throws IOException {
            if (reading) {
                pipe.sink().write(ByteBuffer.allocate(1));
            } else {
                while (pipe.source().read(ByteBuffer.allocate(1 << 16)) > 0) {
                    // until it is empty
                }
            }
        }

        @Override
        void close() {
            driven.run(() -> {
                LowLevel.close(pipe.source());
                LowLevel.close(pipe.sink());
            });
        }
    }

    private static final class Acceptance extends SuspendingOperation {
        private final List<SocketChannel> clients = new ArrayList<>();
        private final ServerSocketChannel server;

        Acceptance(HandDrivenLoop driven) {
            super(driven);
            try {
                this.server = ServerSocketChannel.open();
                server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                server.configureBlocking(false);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        Object call() throws IOException {
            LowLevel.awaitAcceptable(server);
            return "value";
        }

        @Override
        void complete() throws IOException {
            SocketChannel client = SocketChannel.open();
            clients.add(client);
            client.configureBlocking(false); // the system connects it at once, and this is no call that suspends
            client.connect(server.getLocalAddress());
        }

        @Override
        boolean isKept() throws IOException {
            try (SocketChannel accepted = server.accept()) {
                return accepted != null;
            }
        }

        @Override
        void close() throws IOException {
            driven.run(() -> LowLevel.close(server));
            for (SocketChannel client : clients) {
                client.close();
            }
        }
    }

    /** Starts a task that does nothing of interest, at some length. */
    static void startBystander(int yields) {
        createTask(() -> {
            for (int i = 0; i < yields; i++) {
                Async.yieldNow();
            }
        });
    }
}
