package io.gyre.loop;

import static io.gyre.loop.Async.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.spi.Failure;
import io.gyre.loop.spi.IdleLoop;
import io.gyre.loop.spi.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A ticker that fails stops no loop. */
class GuardedTickerTest {
    private final List<Failure> failures = new CopyOnWriteArrayList<>();

    private LoopOptions with(Ticker ticker) {
        return LoopOptions.defaults().withName("ticking").withTicker(ticker).withFailureHandler(failures::add);
    }

    @Test
    void tickerThatAlwaysFailsIsReportedEverMoreSeldomAndTimersFire() {
        var calls = new AtomicInteger();
        EventLoop.run(
                with(() -> {
                    calls.incrementAndGet();
                    throw new IllegalStateException("broken clock");
                }),
                () -> {
                    for (int i = 0; i < 20; i++) {
                        sleep(Duration.ofMillis(1));
                    }
                });

        assertThat(failures).hasSizeBetween(2, 12).allSatisfy(failure -> {
            assertThat(failure.exception()).hasMessage("broken clock");
            assertThat(failure.what()).startsWith("the ticker of EventLoop[ticking] failed (failures so far: ");
        });
        assertThat(calls.get()).isGreaterThan(failures.size());
    }

    @Test
    void tickerThatFailsNowAndThenGoesOnWhereItWas() {
        var ticker = new ManualTicker();
        var broken = new boolean[1];
        EventLoop loop = EventLoop.create(with(() -> {
            if (broken[0]) {
                throw new IllegalStateException("broken clock");
            }
            return ticker.nanoTime();
        }));
        ticker.advance(Duration.ofSeconds(5));
        assertThat(loop.time()).isEqualTo(ticker.nanoTime());

        broken[0] = true;
        assertThat(loop.time() - ticker.nanoTime()).as("some real time later").isBetween(0L, 5_000_000_000L);
        broken[0] = false;

        assertThat(loop.time()).isEqualTo(ticker.nanoTime());
        loop.close();
        assertThat(failures).hasSize(1);
    }

    @Test
    void tickerThatFailsToSayHowLongToWaitIsAskedForTheTime() {
        EventLoop.run(
                with(new Ticker() {
                    @Override
                    public long nanoTime() {
                        return System.nanoTime();
                    }

                    @Override
                    public long waitNanos(long maxWaitNanos, IdleLoop idle) {
                        throw new StackOverflowError("broken clock");
                    }
                }),
                () -> sleep(Duration.ofMillis(1)));

        assertThat(failures).isNotEmpty();
    }
}
