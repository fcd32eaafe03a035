package io.gyre.loop.testing;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Durations.ONE_SECOND;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest.Time;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

class VirtualClockReadinessTest {
    private final List<String> log = new ArrayList<>();
    private final Pipe pipe;

    VirtualClockReadinessTest() throws IOException {
        pipe = Pipe.open();
    }

    @BeforeEach
    void configure() throws IOException {
        pipe.source().configureBlocking(false);
        pipe.sink().configureBlocking(false);
    }

    @AfterEach
    void close() throws IOException {
        pipe.source().close();
        pipe.sink().close();
    }

    private void send() {
        try {
            pipe.sink().write(ByteBuffer.allocate(1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Task<?> reader(VirtualClock clock) {
        return createTask("reader", () -> {
            LowLevel.awaitReadable(pipe.source());
            log.add("readable at " + clock.elapsed());
        });
    }

    @LoopTest
    void taskThatWaitsForAChannelHoldsTheClock(VirtualClock clock) {
        Task<?> reader = reader(clock);
        awaitAllTasksParked();
        assertThat(clock.heldBy()).singleElement().asString().startsWith("task 'reader', waiting for readable ");
        CompletableFuture.runAsync(this::send, CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS));

        sleep(ONE_SECOND);
        log.add("slept until " + clock.elapsed());
        reader.await();

        assertThat(log).containsExactly("readable at PT0S", "slept until PT1S");
    }

    @LoopTest
    void readerCallbackHoldsTheClock(VirtualClock clock) throws IOException {
        LowLevel.addReader(pipe.source(), () -> {
            log.add("readable at " + clock.elapsed());
            LowLevel.removeReader(pipe.source());
        });
        awaitAllTasksParked();
        assertThat(clock.heldBy())
                .singleElement()
                .asString()
                .startsWith("callback " + getClass().getName() + ", registered for readable ");
        CompletableFuture.runAsync(this::send, CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS));

        sleep(ONE_SECOND);

        assertThat(log).containsExactly("readable at PT0S");
        assertThat(clock.heldBy()).isEmpty();
    }

    @LoopTest
    void channelThatNobodyWaitsForHoldsNothing(VirtualClock clock) {
        Task<?> reader = reader(clock);
        send();
        reader.await();

        sleep(ONE_SECOND);

        assertThat(clock.elapsed()).isEqualTo(ONE_SECOND);
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void clockMayJumpDespiteIo(VirtualClock clock) {
        Task<?> reader = reader(clock);
        sleep(ONE_SECOND);
        assertThat(clock.heldBy()).isEmpty();
        assertThat(reader.isDone()).isFalse();

        send();
        reader.await();

        assertThat(log).containsExactly("readable at PT1S");
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void whatIsThereAlreadyIsFoundBeforeTheClockJumps(VirtualClock clock) {
        Task<?> reader = reader(clock);
        awaitAllTasksParked();
        send();

        sleep(ONE_SECOND);
        reader.await();

        assertThat(log).containsExactly("readable at PT0S");
    }
}
