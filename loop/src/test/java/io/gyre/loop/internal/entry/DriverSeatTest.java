package io.gyre.loop.internal.entry;

import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.OtherThread;
import java.util.ArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class DriverSeatTest {
    private final DriverSeat seat = new DriverSeat();

    @Test
    void seatIsTakenOnceAndFreeAgainWhenItWasLeft() {
        Thread self = Thread.currentThread();

        assertThat(seat.take(self)).isNull();
        assertThat(seat.isTaken()).isTrue();
        assertThat(seat.take(Thread.ofPlatform().unstarted(() -> {}))).isSameAs(self);
        assertThat(seat.take(self)).as("not twice by the same either").isSameAs(self);
        seat.leave();

        assertThat(seat.isTaken()).isFalse();
        assertThat(seat.take(self)).isNull();
    }

    @Test
    void ofManyThatWantItAtOnceOneGetsIt() throws Exception {
        int threads = 4;
        for (int round = 0; round < 1_000; round++) {
            var contested = new DriverSeat();
            var start = new CyclicBarrier(threads);
            var attempts = new ArrayList<FutureTask<Boolean>>();
            for (int i = 0; i < threads; i++) {
                attempts.add(OtherThread.call(() -> {
                    start.await();
                    return contested.take(Thread.currentThread()) == null;
                }));
            }
            int drivers = 0;
            for (FutureTask<Boolean> attempt : attempts) {
                drivers += attempt.get() ? 1 : 0;
            }
            assertThat(drivers).isEqualTo(1);
        }
    }
}
