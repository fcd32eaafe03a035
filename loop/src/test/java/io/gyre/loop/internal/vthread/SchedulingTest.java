package io.gyre.loop.internal.vthread;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.timeout;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopFuture;
import io.gyre.loop.LowLevel;
import io.gyre.loop.TimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the loop relies on, for each way to schedule threads. */
class SchedulingTest {
    private final ArrayDeque<Runnable> continuations = new ArrayDeque<>();
    private final Executor scheduler = continuations::add;
    private final List<String> log = new ArrayList<>();

    static Stream<Scheduling> implementations() {
        return Stream.of(new SchedulerOfEachThread(), new RoutedScheduling());
    }

    private Runnable next() {
        return Objects.requireNonNull(continuations.poll());
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void threadRunsWhenItsSchedulerRunsItsOneContinuation(Scheduling scheduling) {
        Thread thread = scheduling.newThread(scheduler, "one", () -> {
            log.add("begun");
            LockSupport.park();
            log.add("resumed");
        });

        thread.start();
        assertThat(log).isEmpty();
        Runnable first = next();
        first.run();
        assertThat(log).containsExactly("begun");
        LockSupport.unpark(thread);
        Runnable second = next();
        second.run();

        assertThat(second).isSameAs(first);
        assertThat(log).containsExactly("begun", "resumed");
        assertThat(thread.isAlive()).isFalse();
        assertThat(thread.getName()).isEqualTo("one");
        assertThat(thread.isVirtual()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void schedulerOfAThreadIsTheOneItWasMadeWith(Scheduling scheduling) {
        Thread ours = scheduling.newThread(scheduler, null, () -> {});
        Thread foreign = Thread.ofVirtual().unstarted(() -> {});
        Thread outside = scheduling.newJdkThread(null, () -> {});

        assertThat(scheduling.scheduler(ours)).isSameAs(scheduler);
        assertThat(scheduling.scheduler(foreign)).isNotSameAs(scheduler);
        assertThat(scheduling.scheduler(outside)).isNotSameAs(scheduler);
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void threadStartedInsideRunsWhereItIsSaidTo(Scheduling scheduling) throws InterruptedException {
        var carriers = new LinkedBlockingQueue<Thread>();
        scheduling
                .newThread(scheduler, null, () -> Thread.ofVirtual()
                        .start(() -> carriers.add(scheduling.currentCarrier())))
                .start();
        next().run();

        while (!continuations.isEmpty()) {
            next().run();
        }

        assertThat(carriers.take() == Thread.currentThread()).isEqualTo(scheduling.passesOnScheduler());
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void threadOfTheJdkStartedInsideLeavesTheScheduler(Scheduling scheduling) throws InterruptedException {
        BlockingQueue<Thread> carriers = new LinkedBlockingQueue<>();

        scheduling
                .newThread(scheduler, null, () -> scheduling
                        .newJdkThread("outside", () -> carriers.add(scheduling.currentCarrier()))
                        .start())
                .start();
        next().run();

        assertThat(carriers.take()).isNotSameAs(Thread.currentThread());
        assertThat(continuations).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void threadWhoseSchedulerIsGoneContinuesUnderTheJdks(Scheduling scheduling) throws InterruptedException {
        var ended = new CountDownLatch(1);
        scheduling.newThread(scheduler, null, ended::countDown).start();

        scheduling.jdkScheduler().execute(next());

        ended.await();
    }

    /** A program that says where its threads run. */
    static final class WhereThreadsRun {
        private WhereThreadsRun() {}

        public static void main(String[] args) throws Exception {
            EventLoop.run(() -> {
                EventLoop loop = EventLoop.current();
                LoopFuture<String> future = loop.createFuture();
                createTask(() -> {
                    sleep(Duration.ofMillis(1));
                    future.setResult("set by a task");
                });
                System.out.println(future.await());
                System.out.println("offloaded: " + offload(() -> loop.inLoop()));
                try {
                    timeout(Duration.ofMillis(1), () -> sleep(Duration.ofDays(1)));
                } catch (TimeoutException e) {
                    System.out.println("timed out");
                }
                say("started inside", Thread.ofVirtual().unstarted(WhereThreadsRun::sayWhere));
                say("of the loop", loop.threadFactory().newThread(WhereThreadsRun::sayWhere));
                say("of the JDK", LowLevel.jdkThreadFactory().newThread(WhereThreadsRun::sayWhere));
            });
        }

        private static void say(String what, Thread thread) throws InterruptedException {
            System.out.print(what + ": ");
            thread.start();
            thread.join();
        }

        private static void sayWhere() {
            System.out.println(LowLevel.inTask() ? "on the loop" : "elsewhere");
        }
    }

    @Test
    void programRunsOnTheSchedulingOfAJdkToCome() throws Exception {
        var program = Program.run(
                WhereThreadsRun.class,
                Program.FLAG,
                "-D" + VirtualThreads.IMPLEMENTATION + "=" + RoutedScheduling.class.getName());

        assertThat(program.output()).isEqualToNormalizingNewlines("""
                        set by a task
                        offloaded: false
                        timed out
                        started inside: elsewhere
                        of the loop: on the loop
                        of the JDK: elsewhere
                        """);
        assertThat(program.exitCode()).isZero();
    }

    @Test
    void programRunsOnTheSchedulingOfTheJdksOfToday() throws Exception {
        var program = Program.run(WhereThreadsRun.class, Program.FLAG);

        assertThat(program.output()).contains("started inside: on the loop", "of the JDK: elsewhere");
        assertThat(program.exitCode()).isZero();
    }

    @Test
    void implementationThatIsNoneIsRefusedByName() throws Exception {
        var program = Program.run(
                WhereThreadsRun.class, Program.FLAG, "-D" + VirtualThreads.IMPLEMENTATION + "=no.such.Scheduling");

        assertThat(program.output()).contains("-Dio.gyre.loop.scheduling=no.such.Scheduling names no class");
        assertThat(program.exitCode()).isEqualTo(1);
    }
}
