package io.gyre.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class SystemThreadTest {
    @Test
    @EnabledOnOs(OS.LINUX)
    void systemTellsWhetherAThreadWaits() throws Exception {
        var told = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        var seen = new SystemThread[1];
        FutureTask<?> other = OtherThread.run(() -> {
            seen[0] = SystemThread.UNKNOWN.orOfCurrentThread();
            told.countDown();
            ended.await();
        });
        told.await();

        OtherThread.spinUntil(() -> seen[0].state() == SystemThread.State.ASLEEP);

        assertThat(SystemThread.UNKNOWN.orOfCurrentThread().state())
                .as("of a thread that asks")
                .isEqualTo(SystemThread.State.RUNNABLE);
        ended.countDown();
        other.get();
        OtherThread.spinUntil(() -> seen[0].state() == SystemThread.State.UNKNOWN);
    }

    @Test
    void threadIsAskedForItsNameOnce() {
        SystemThread self = SystemThread.UNKNOWN.orOfCurrentThread();

        assertThat(self.orOfCurrentThread()).isSameAs(self);
    }

    @Test
    void whereTheSystemTellsNothingNothingIsKnown() {
        var nowhere = new SystemThread(Thread.currentThread(), Path.of("/no/such/file"));

        assertThat(nowhere.state()).isEqualTo(SystemThread.State.UNKNOWN);
        assertThat(SystemThread.UNKNOWN.state()).isEqualTo(SystemThread.State.UNKNOWN);
    }
}
