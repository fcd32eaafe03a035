package io.gyre.loop;

import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_HOUR;
import static io.gyre.loop.Durations.ONE_SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.spi.ContextSnapshotter;
import io.gyre.loop.spi.Failure;
import io.gyre.loop.spi.IdleLoop;
import io.gyre.loop.spi.Ticker;
import io.gyre.loop.sync.Barrier;
import io.gyre.loop.sync.Channel;
import io.gyre.loop.sync.PriorityQueue;
import io.gyre.loop.sync.Select;
import io.gyre.loop.sync.Watch;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever user code throws, wherever the loop calls it: the loop goes on, its timers and queues are whole, and somebody gets
 * the throwable, as the outcome of a call or as a report.
 */
class ThrowableTortureTest {
    private static final int PATIENCE_OF_AN_ATTACK = 5;
    // ---- what is thrown

    /** Text that fails when it is asked for, as some exceptions of libraries do. */
    private static final class Undescribable extends RuntimeException {
        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new IllegalStateException("getMessage");
        }

        @Override
        public String toString() {
            throw new IllegalStateException("toString");
        }
    }

    /** An exception without a stack, without a message and without suppressed ones. */
    private static final class Bare extends RuntimeException {
        private static final long serialVersionUID = 1;

        Bare() {
            super(null, null, false, false);
        }
    }

    private enum Kind {
        RUNTIME_EXCEPTION,
        CHECKED_EXCEPTION,
        INTERRUPTED_EXCEPTION,
        CANCELLATION_OF_THE_JDK,
        CANCELLATION_OF_ANOTHER_TASK,
        TIMEOUT,
        LOOP_CLOSED,
        COMPLETION_EXCEPTION,
        EXECUTION_EXCEPTION,
        ASSERTION_ERROR,
        OUT_OF_MEMORY,
        STACK_OVERFLOW,
        LINKAGE_ERROR,
        THREAD_DEATH,
        UNDESCRIBABLE,
        BARE,
        RING_OF_CAUSES;

        @SuppressWarnings({"deprecation", "removal"}) // some still throw it
        Throwable create(EventLoop elsewhere) {
            return switch (this) {
                case RUNTIME_EXCEPTION -> new IllegalArgumentException("thrown by the test");
                case CHECKED_EXCEPTION -> new IOException("thrown by the test");
                case INTERRUPTED_EXCEPTION -> new InterruptedException("thrown by the test");
                case CANCELLATION_OF_THE_JDK -> new CancellationException("thrown by the test");
                case CANCELLATION_OF_ANOTHER_TASK -> cancellationOn(elsewhere);
                case TIMEOUT -> timeOutOn(elsewhere);
                case LOOP_CLOSED -> new LoopClosedException(elsewhere.core, "thrown by the test");
                case COMPLETION_EXCEPTION -> new CompletionException("thrown by the test", new IOException("cause"));
                case EXECUTION_EXCEPTION -> new ExecutionException("thrown by the test", null);
                case ASSERTION_ERROR -> new AssertionError("thrown by the test");
                case OUT_OF_MEMORY -> new OutOfMemoryError("thrown by the test");
                case STACK_OVERFLOW -> new StackOverflowError("thrown by the test");
                case LINKAGE_ERROR -> new NoClassDefFoundError("thrown by the test");
                case THREAD_DEATH -> new ThreadDeath();
                case UNDESCRIBABLE -> new Undescribable();
                case BARE -> new Bare();
                case RING_OF_CAUSES -> {
                    var first = new IllegalStateException("thrown by the test");
                    first.initCause(new IllegalStateException("its cause", first));
                    yield first;
                }
            };
        }

        private static Throwable cancellationOn(EventLoop elsewhere) {
            return failureOf(elsewhere, () -> {
                Async.currentTask().cancel("elsewhere");
                yieldNow();
            });
        }

        private static Throwable timeOutOn(EventLoop elsewhere) {
            return failureOf(elsewhere, () -> Async.timeout(Duration.ZERO, () -> yieldNow()));
        }

        private static Throwable failureOf(EventLoop elsewhere, VoidBody<?> body) {
            Task<@Nullable Void> task = elsewhere.createTask(body);
            while (!task.isDone()) {
                elsewhere.runOnce(Duration.ZERO);
            }
            return Objects.requireNonNull(((Completion<?>) task).failure());
        }
    }

    @SuppressWarnings("unchecked")
    private static <X extends Throwable> RuntimeException sneak(Throwable thrown) throws X {
        throw (X) thrown;
    }

    // ---- where it is thrown

    /** A place where the loop calls user code. */
    @SuppressWarnings("ImmutableEnumChecker") // the attacks have no state
    private enum Place {
        BODY(world -> world.loop.createTask(world::fail)),
        BODY_THAT_SUSPENDED(world -> world.loop.createTask(() -> {
            yieldNow();
            world.fail();
        })),
        BODY_OF_SYSTEM_TASK(world -> world.loop.createSystemTask("system", world::fail)),
        BODY_THAT_IS_AWAITED(
                world -> world.catching(() -> Async.createTask(world::fail).await())),
        CALLBACK(world -> world.loop.callSoon(world::fail)),
        CALLBACK_FROM_A_THREAD(world -> OtherThread.run(() -> world.loop.callSoonThreadsafe(world::fail))
                .get()),
        EXECUTED(world -> world.loop.execute(world::fail)),
        CALLBACK_THAT_PARKS(world -> world.loop.callSoon(() -> {
            yieldNow();
            world.fail();
        })),
        TIMER(world -> world.loop.callLater(ONE_SECOND, world::fail)),
        DONE_CALLBACK_OF_A_FUTURE(world -> {
            LoopFuture<String> future = world.loop.createFuture();
            future.whenDone(done -> world.fail());
            future.setResult("");
        }),
        DONE_CALLBACK_OF_A_DONE_FUTURE(world -> {
            LoopFuture<String> future = world.loop.createFuture();
            future.setResult("");
            future.whenDone(done -> world.fail());
        }),
        DONE_CALLBACK_OF_A_TASK(world -> world.loop.createTask(() -> yieldNow()).whenDone(done -> {
            world.fail();
        })),
        ENDED_CALLBACK(world -> {
            Task<?> task = world.loop.createTask(() -> yieldNow());
            LowLevel.whenEnded(task, world::fail);
        }),
        ABORT_HANDLER(world -> {
            Task<?> task = world.loop.createTask(() -> LowLevel.park("the attack", () -> {
                world.fail();
                return true;
            }));
            world.mustEnd(task);
            world.loop.callLater(ONE_SECOND, () -> task.cancel("by the attack"));
        }),
        FAILURE_HANDLER(world -> {
            world.handlerFails = true;
            world.loop.callSoon(() -> {
                throw new IllegalStateException("for the failure handler");
            });
        }),
        CLOCK(world -> {
            world.clockFails = true;
            world.loop.callLater(ONE_SECOND, () -> {});
        }),
        CLOCK_WHILE_IDLE(world -> world.idleClockFails = true),
        CAPTURE_OF_A_CONTEXT(world -> world.catching(() -> {
            world.captureFails = true;
            world.loop.callSoon(() -> {});
        })),
        INSTALLATION_OF_A_CONTEXT(world -> world.loop.createTask(world.inFailingContext(() -> {}))),
        REMOVAL_OF_A_CONTEXT(world -> world.loop.createTask(() -> world.removalFails = true)),
        JOINER_ON_COMPLETE(world -> world.catching(() -> TaskGroup.join(world.joiner(true), group -> {
            group.createTask(() -> yieldNow());
        }))),
        JOINER_RESULT(world -> world.catching(() -> TaskGroup.join(world.joiner(false), group -> {
            group.createTask(() -> yieldNow());
        }))),
        BLOCK_OF_A_GROUP(world -> world.catching(() -> TaskGroup.run(group -> {
            group.createTask(() -> sleep(ONE_HOUR));
            world.fail();
        }))),
        TASK_OF_A_GROUP(world -> world.catching(() -> TaskGroup.run(group -> {
            group.createTask(() -> sleep(ONE_HOUR));
            group.createTask(world::fail);
        }))),
        GATHERED(world -> world.catching(() -> Combinators.gather(() -> world.failing(), () -> {
            sleep(ONE_HOUR);
            return "";
        }))),
        RACING(world -> world.catching(() -> Combinators.race(() -> world.failing(), () -> world.failing()))),
        DISPOSER_OF_A_RACE(world ->
                world.catching(() -> Combinators.race(List.of(() -> "first", () -> "second"), loser -> world.fail()))),
        MAPPED(world -> world.catching(() -> Combinators.mapAsync(2, List.of("item"), item -> world.failing()))),
        LISTENER_OF_A_TOKEN(world -> {
            var token = new CancelToken();
            var told = new ArrayList<String>();
            token.onCancel(world::fail);
            token.onCancel(() -> told.add("second"));
            world.catching(() -> token.cancel("by the attack"));
            world.atEnd(() -> assertThat(told).containsExactly("second"));
        }),
        READER(world -> {
            Pipe pipe = world.pipe();
            LowLevel.addReader(pipe.source(), () -> {
                world.read(pipe);
                LowLevel.removeReader(pipe.source());
                world.fail();
            });
            pipe.sink().write(ByteBuffer.allocate(1));
        }),
        END_OF_STEP(world -> world.loop.createTask(() -> {
            LowLevel.atEndOfStep(world::fail);
            sleep(ONE_SECOND);
        })),
        END_OF_STEP_OF_A_CALLBACK(world -> world.loop.callSoon(() -> LowLevel.atEndOfStep(world::fail))),
        OFFLOADED(world -> world.catching(() -> Async.offload(world::failing))),
        AWAITED_STAGE(world -> {
            var stage = new CompletableFuture<String>();
            world.catching(() -> Async.await(stage));
            world.completeSoon(stage);
        }),
        AWAITED_STAGE_OF_A_STAGE(world -> {
            var stage = new CompletableFuture<String>();
            world.catching(() -> Async.await(stage.minimalCompletionStage()));
            world.completeSoon(stage);
        }),
        AWAITED_FUTURE(world -> {
            var call = new FutureTask<>(world::failing);
            world.catching(() -> Async.await(call));
            world.loop.callSoon(call);
        }),
        STAGE_OF_A_TASK(world -> {
            Task<?> task = world.loop.createTask(world::fail);
            task.toCompletionStage().handle((value, failure) -> world.caught.add(failure));
        }),
        OUTER_LOOP(world -> world.catching(() -> EventLoop.run(() -> world.fail()))),
        SCOPE(world -> world.catching(() -> CancelScope.run(scope -> world.fail()))),
        CANCELLED_SCOPE(world -> world.catching(() -> CancelScope.run(scope -> {
            scope.cancel("by the attack");
            world.fail();
        }))),
        TIMEOUT_BLOCK(world -> world.catching(() -> Async.timeout(ONE_HOUR, () -> world.failing()))),
        SHIELD_BLOCK(world -> world.catching(() -> Async.shield(ONE_HOUR, () -> world.failing()))),
        CLEAN_UP_OF_A_CANCELLED_TASK(world -> {
            Task<?> task = world.loop.createTask(() -> {
                try {
                    sleep(ONE_HOUR);
                } finally {
                    world.fail();
                }
            });
            world.mustEnd(task);
            world.loop.callLater(ONE_SECOND, () -> task.cancel("by the attack"));
        }),
        INITIAL_VALUE_OF_A_LOCAL(world -> world.catching(
                () -> LoopLocal.withInitial(() -> world.failing()).get())),
        PREDICATE_OF_A_WATCH(world -> {
            var watch = new Watch<>(0);
            world.catching(() -> watch.await(value -> {
                if (value > 0) {
                    world.fail();
                }
                return false;
            }));
            world.loop.createTask(() -> watch.set(1));
        }),
        CASE_OF_A_SELECT(world -> world.catching(() ->
                Select.<String>first().onTimeout(Duration.ZERO, world::failing).await())),
        ACTION_OF_A_BARRIER(world -> {
            var barrier = new Barrier("barrier", 2, world::fail);
            world.catching(barrier::await);
            world.catchingOther(barrier::await);
        }),
        COMPARATOR_OF_A_QUEUE(world -> world.catching(() -> {
            var queue = new PriorityQueue<String>((_, _) -> {
                world.fail();
                return 0;
            });
            queue.put("one");
            queue.put("two");
        })),
        PRODUCER_OF_A_GENERATOR(world -> world.catching(
                () -> Channel.<String>produce(1, items -> world.fail()).run(items -> items.receive()))),
        BLOCKING_CALL(world -> world.catching(() -> LowLevel.blocking("the attack", () -> world.fail())));

        private final Attack attack;

        Place(Attack attack) {
            this.attack = attack;
        }
    }

    @FunctionalInterface
    private interface Attack {
        void begin(World world) throws Exception;
    }

    // ---- the loop under attack

    private record Thrown(Throwable failure, Exception here) {}

    /** A loop with inhabitants who want to go on, and a user whose code fails. */
    private static final class World implements AutoCloseable {
        private final ManualTicker clock = new ManualTicker();
        private final List<Failure> failures = new CopyOnWriteArrayList<>();
        private final List<Throwable> caught = new ArrayList<>();
        private final List<Task<?>> mustEnd = new ArrayList<>();
        private final List<VoidBody<?>> checks = new ArrayList<>();
        private final List<AutoCloseable> resources = new ArrayList<>();
        private final LoopLog log = new LoopLog();
        private final EventLoop elsewhere =
                EventLoop.create(LoopOptions.defaults().withName("elsewhere"));
        private final EventLoop loop;
        private final Inhabitants inhabitants;
        /** Made before the attacks. No locks: the thread that drives a loop takes none that a task takes. */
        private final Queue<Throwable> stock = new ConcurrentLinkedQueue<>();
        /** What was thrown, and where. */
        private final Queue<Thrown> thrown = new ConcurrentLinkedQueue<>();

        private boolean handlerFails;
        private boolean clockFails;
        private boolean idleClockFails;
        private boolean captureFails;
        private boolean installationFails;
        private boolean removalFails;

        World() {
            loop = EventLoop.create(LoopOptions.defaults()
                    .withName("attacked")
                    .withTicker(new FailingClock())
                    .withFailureHandler(this::handle)
                    .withContextSnapshotter(new FailingSnapshotter())
                    .withDebug(false));
            inhabitants = inLoop(Inhabitants::new);
        }

        private <T> T inLoop(Callable<T> body) {
            Task<T> task = loop.createTask(body);
            settle();
            return task.resultNow();
        }

        private void handle(Failure failure) {
            if (handlerFails) {
                handlerFails = false;
                fail();
            }
            failures.add(failure);
        }

        /** The clock stands until it is moved, and fails when it is told to. */
        private final class FailingClock implements Ticker {
            @Override
            public long nanoTime() {
                if (clockFails) {
                    clockFails = false;
                    fail();
                }
                return clock.nanoTime();
            }

            @Override
            public long waitNanos(long maxWaitNanos, IdleLoop idle) {
                if (idleClockFails) {
                    idleClockFails = false;
                    fail();
                }
                return 0;
            }
        }

        private final class FailingSnapshotter implements ContextSnapshotter {
            @Override
            public Snapshot capture() {
                if (captureFails) {
                    captureFails = false;
                    fail();
                }
                return () -> {
                    if (installationFails) {
                        installationFails = false;
                        fail();
                    }
                    return () -> {
                        if (removalFails) {
                            removalFails = false;
                            fail();
                        }
                    };
                };
            }
        }

        // ---- for the attacks

        private void fail() {
            Throwable made = stock.poll();
            Throwable failure = made == null ? new Bare() : made;
            thrown.add(new Thrown(failure, new Exception("thrown here, in " + Thread.currentThread() + createdAt())));
            throw ThrowableTortureTest.<RuntimeException>sneak(failure);
        }

        private static String createdAt() {
            VirtualThreadTask<?> task = VirtualThreadTask.currentOrNull();
            return task == null ? "" : ", created at " + task.createdAt();
        }

        private String failing() {
            fail();
            return "";
        }

        /** Runs a body in a task that catches what comes out, as the caller of the user's code would. */
        private void catching(VoidBody<?> body) {
            mustEnd(loop.createTask(() -> {
                try {
                    body.run();
                } catch (Throwable failure) {
                    caught.add(failure);
                }
            }));
        }

        private void catchingOther(VoidBody<?> body) {
            catching(body);
        }

        private VoidBody<?> inFailingContext(VoidBody<?> body) {
            installationFails = true;
            return body;
        }

        private <T> Joiner<T, String> joiner(boolean early) {
            return new Joiner<>() {
                @Override
                public boolean onComplete(Task<? extends T> task) {
                    if (early) {
                        fail();
                    }
                    return false;
                }

                @Override
                public String result() {
                    if (!early) {
                        fail();
                    }
                    return "";
                }
            };
        }

        private Pipe pipe() throws IOException {
            Pipe pipe = Pipe.open();
            pipe.source().configureBlocking(false);
            resources.add(pipe.source());
            resources.add(pipe.sink());
            return pipe;
        }

        private void read(Pipe pipe) {
            try {
                pipe.source().read(ByteBuffer.allocate(1));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void completeSoon(CompletableFuture<String> stage) {
            loop.callSoon(() -> {
                try {
                    fail();
                } catch (Throwable failure) {
                    completeExceptionally(stage, failure);
                }
            });
        }

        /** It asks a failure to describe itself in the middle of telling others of it. */
        private static void completeExceptionally(CompletableFuture<String> stage, Throwable failure) {
            try {
                stage.completeExceptionally(failure);
            } catch (IllegalStateException undescribable) {
                assertThat(undescribable).hasMessage("toString");
            }
        }

        private void mustEnd(Task<?> task) {
            mustEnd.add(task);
        }

        private void atEnd(VoidBody<?> check) {
            checks.add(check);
        }

        // ---- the test

        private void attack(Place place, Kind by) {
            for (int i = 0; i < 2; i++) {
                stock.add(by.create(elsewhere));
            }
            mustEnd(loop.createTask(() -> place.attack.begin(this)));
        }

        private void settle() {
            for (int quiet = 0; quiet < 3; ) {
                quiet = loop.runOnce(Duration.ofMillis(1)) == 0 ? quiet + 1 : 0;
            }
        }

        private void advance() {
            clock.advance(ONE_SECOND);
            settle();
        }

        private void runUntilAttacksHaveEnded() {
            long giveUp = System.nanoTime() + HandDrivenLoop.PATIENCE.toNanos();
            for (int seconds = 0; !mustEnd.stream().allMatch(Task::isDone); seconds++) {
                if (seconds > PATIENCE_OF_AN_ATTACK) {
                    mustEnd.stream().filter(World::waitsInVain).forEach(task -> task.cancel("it waits in vain"));
                }
                assertThat(System.nanoTime() - giveUp)
                        .as("time left; %s", mustEnd)
                        .isNegative();
                advance();
            }
        }

        /** {@return whether a task waits for nothing outside the loop} Its partner has been the victim of another attack. */
        private static boolean waitsInVain(Task<?> task) {
            return ((VirtualThreadTask<?>) task).hold() == null;
        }

        private void assertThatTheLoopIsWhole() throws Exception {
            advance();
            runUntilAttacksHaveEnded();
            inhabitants.assertAlive(this::advance);
            assertThat(inLoop(() -> Async.createTask(() -> "alive").await())).isEqualTo("alive");
            for (VoidBody<?> check : checks) {
                check.run();
            }
        }

        private void assertThatSomebodyKnows() {
            loop.core.unseenFailures.reportAll();
            settle();
            Set<Throwable> known = Collections.newSetFromMap(new IdentityHashMap<>());
            caught.forEach(failure -> collect(failure, known));
            failures.forEach(failure -> collect(failure.exception(), known));
            log.throwables().forEach(failure -> collect(failure, known));
            for (Thrown each : thrown) {
                if (!known.contains(each.failure) && !isKnownByName(each, known)) {
                    throw new AssertionError(each.failure.getClass() + " reached nobody", each.here);
                }
            }
        }

        /**
         * {@return whether something that stands for a failure has reached somebody} A copy does where the original cannot be
         * printed. Code at the end of a step that overflows the stack runs again, with more stack.
         */
        private boolean isKnownByName(Thrown thrown, Set<Throwable> known) {
            if (known.stream().anyMatch(each -> isCopy(each, thrown.failure))) {
                return true;
            }
            return switch (thrown.failure) {
                case Undescribable u ->
                    log.throwables().stream().anyMatch(logged -> text(logged).contains("Undescribable"));
                case CompletionException wrapper when wrapper.getCause() != null -> known.contains(wrapper.getCause());
                case StackOverflowError e -> text(thrown.here).contains("Tick.runEndOfStep");
                default -> false;
            };
        }

        /** What is attached to a failure that cannot be printed is copied together with it. */
        private static boolean isCopy(Throwable known, Throwable original) {
            return known.getClass().getSimpleName().equals("DescribedException")
                    && Arrays.equals(known.getStackTrace(), original.getStackTrace())
                    && known.toString().contains(original.getClass().getName());
        }

        private static String text(Throwable failure) {
            var text = new StringWriter();
            failure.printStackTrace(new PrintWriter(text, true));
            return text.toString();
        }

        private static void collect(@Nullable Throwable failure, Set<Throwable> known) {
            if (failure != null && known.add(failure)) {
                collect(failure.getCause(), known);
                for (Throwable suppressed : failure.getSuppressed()) {
                    collect(suppressed, known);
                }
            }
        }

        @Override
        public void close() {
            loop.close();
            elsewhere.close();
            log.close();
            resources.forEach(resource -> {
                try {
                    resource.close();
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
        }
    }

    @ParameterizedTest
    @EnumSource(Place.class)
    void loopSurvivesWhateverIsThrown(Place place) throws Exception {
        for (Kind kind : Kind.values()) {
            try (var world = new World()) {
                world.attack(place, kind);
                world.settle();
                world.assertThatTheLoopIsWhole();
                assertThat(world.thrown)
                        .as("%s by %s: the attack took place", place, kind)
                        .isNotEmpty();
                world.assertThatSomebodyKnows();
            } catch (AssertionError e) {
                throw new AssertionError(place + " by " + kind, e);
            }
        }
    }

    static Stream<Long> seeds() {
        return IntStream.range(0, 100).mapToObj(seed -> (long) seed);
    }

    /** Many at once, in a random order, on one loop; but not those that hit the code of the others. */
    @ParameterizedTest
    @MethodSource("seeds")
    void loopSurvivesManyAttacksAtOnce(long seed) throws Exception {
        var random = new Random(seed);
        var places = new ArrayList<>(
                EnumSet.complementOf(EnumSet.of(Place.INSTALLATION_OF_A_CONTEXT, Place.REMOVAL_OF_A_CONTEXT)));
        Collections.shuffle(places, random);
        try (var world = new World()) {
            for (Place place : places) {
                world.attack(place, Kind.values()[random.nextInt(Kind.values().length)]);
                switch (random.nextInt(4)) {
                    case 0 -> world.loop.runOnce(Duration.ZERO);
                    case 1 -> world.advance();
                    default -> {}
                }
            }
            world.assertThatTheLoopIsWhole();
            world.assertThatSomebodyKnows();
        }
    }
}
