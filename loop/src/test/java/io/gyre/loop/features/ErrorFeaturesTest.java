package io.gyre.loop.features;

import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gyre.loop.BusyException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.FailurePolicy;
import io.gyre.loop.Feature;
import io.gyre.loop.HandDrivenLoop;
import io.gyre.loop.LoopClosedException;
import io.gyre.loop.LoopFailedException;
import io.gyre.loop.LoopLog;
import io.gyre.loop.LoopOptions;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.loop.spi.Failure;
import io.gyre.loop.sync.Channel;
import io.gyre.loop.sync.ChannelBrokenException;
import io.gyre.loop.sync.ChannelClosedException;
import io.gyre.loop.sync.ChannelEndedException;
import io.gyre.loop.sync.Queue;
import io.gyre.loop.sync.QueueShutDownException;
import io.gyre.loop.testing.LoopTest;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ErrorFeaturesTest {
    private final List<String> log = new ArrayList<>();

    private static String fail() throws IOException {
        throw new IOException("boom");
    }

    @Test
    @Feature("Exception handler, with context")
    void exceptionHandlerOfTheLoopGetsTheContextOfAFailure() {
        try (var driven = new HandDrivenLoop()) {
            driven.loop.createTask("worker", () -> fail());
            driven.loop.callSoon(() -> {
                throw new IllegalStateException("callback");
            });
            driven.settle();

            List<Failure> failures = driven.takeFailures();
            assertThat(failures)
                    .extracting(Failure::source)
                    .containsExactly("callback " + ErrorFeaturesTest.class.getName(), "worker");
            assertThat(failures).allSatisfy(failure -> {
                assertThat(failure.what()).contains("failed");
                assertThat(failure.createdAt()).contains("ErrorFeaturesTest.java:");
                assertThat(failure.message()).contains(failure.what()).contains("created at");
            });
            assertThat(failures.getLast().exception()).hasMessage("boom");
        }
    }

    @Test
    @Feature("Unobserved failures are reported")
    void failureOfATaskThatNobodyObservesIsReportedWhenItHappens() {
        try (var driven = new HandDrivenLoop()) {
            Task<?> task = driven.loop.createTask("lost", () -> fail());
            driven.tick();

            assertThat(task.isDone()).isTrue();
            assertThat(driven.takeFailures()).extracting(Failure::source).containsExactly("lost");
            driven.run(() ->
                    assertThatExceptionOfType(Exception.class).isThrownBy(driven.loop.createTask(() -> fail())::await));
            assertThat(driven.takeFailures()).as("observed").isEmpty();
        }
    }

    @Test
    @Feature("Isolation of failing handlers")
    void handlerThatFailsItselfIsContained() {
        LoopOptions options = LoopOptions.defaults().withFailureHandler(failure -> {
            throw new IllegalStateException("the handler fails, too");
        });

        try (var logged = new LoopLog()) {
            EventLoop.run(options, () -> {
                EventLoop.current().createTask("lost", () -> fail());
                yieldNow();
                log.add("the loop goes on");
            });

            assertThat(logged.count("task 'lost' failed")).isEqualTo(1);
        }
        assertThat(log).containsExactly("the loop goes on");
    }

    @Test
    @Feature("Fail-fast policy: stop the loop at a failure")
    void policyMayStopTheLoopForAFailureThatNobodyObserves() {
        LoopOptions options = LoopOptions.defaults()
                .withFailureHandler(failure -> log.add(failure.source() + " reported"))
                .withFailurePolicy(FailurePolicy.STOP_LOOP);

        assertThatExceptionOfType(LoopFailedException.class)
                .isThrownBy(() -> EventLoop.run(options, () -> {
                    EventLoop loop = EventLoop.current();
                    loop.createTask("one who looks after nothing", () -> loop.createTask("vital", () -> fail()));
                    sleep(Duration.ofDays(1));
                    log.add("not reached");
                }))
                .withCauseExactlyInstanceOf(IOException.class);

        assertThat(log).containsExactly("vital reported");
    }

    @LoopTest
    @Feature("Typed errors")
    void errorsTellByTheirTypeWhatIsClosedBrokenBusyOrAtItsEnd(EventLoop loop) throws Exception {
        Channel<String> closed = Channel.open(1);
        closed.sender().close();
        assertThatExceptionOfType(ChannelClosedException.class)
                .isThrownBy(() -> closed.sender().send("late"));
        assertThatExceptionOfType(ChannelEndedException.class)
                .isThrownBy(() -> closed.receiver().receive());
        Channel<String> broken = Channel.open(1);
        broken.receiver().close();
        assertThatExceptionOfType(ChannelBrokenException.class)
                .isThrownBy(() -> broken.sender().send("lost"));
        var queue = new Queue<String>();
        queue.shutdown(true);
        assertThatExceptionOfType(QueueShutDownException.class).isThrownBy(queue::get);

        EventLoop closedLoop = offload(() -> EventLoop.run(() -> EventLoop.current()));
        assertThatExceptionOfType(LoopClosedException.class).isThrownBy(() -> closedLoop.callSoon(() -> {}));

        Pipe pipe = Pipe.open();
        pipe.source().configureBlocking(false);
        Task<?> reader = loop.createTask(() -> assertThatExceptionOfType(AsynchronousCloseException.class)
                .isThrownBy(() -> LowLevel.awaitReadable(pipe.source())));
        yieldNow();
        assertThatExceptionOfType(BusyException.class).isThrownBy(() -> LowLevel.awaitReadable(pipe.source()));
        LowLevel.close(pipe.source());
        pipe.sink().close();
        reader.await();
        assertThatExceptionOfType(ClosedChannelException.class).isThrownBy(() -> LowLevel.awaitReadable(pipe.source()));
    }
}
