package io.gyre.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class BareSchedulerTest {
    @Test
    void threadsTakeTurnsOnTheDrivingThread() {
        var scheduler = new BareScheduler();
        var steps = new ArrayList<String>();
        Thread parked = scheduler.newThread(() -> {
            steps.add("before the park");
            LockSupport.park();
            steps.add("after the park");
        });
        Thread other = scheduler.newThread(() -> steps.add("other"));

        parked.start();
        other.start();
        scheduler.runUntilIdle();
        LockSupport.unpark(parked);
        scheduler.runUntilIdle();

        assertThat(steps).isEqualTo(List.of("before the park", "other", "after the park"));
        assertThat(parked.isAlive()).isFalse();
    }
}
