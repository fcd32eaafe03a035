package io.gyre.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopOptions;
import java.net.InetAddress;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

final class LookupPoolTest {
    @Test
    void lookUpDoesNotWaitForOtherOffloadedCalls() throws Exception {
        LoopOptions busy = LoopOptions.defaults().withOffloadExecutor(call -> {
            throw new RejectedExecutionException("all threads are busy");
        });

        InetAddress[] addresses = EventLoop.run(busy, () -> LookupPool.lookUp("localhost"));

        assertThat(addresses).isNotEmpty().allMatch(InetAddress::isLoopbackAddress);
    }

    @Test
    void threadsOfThePoolDoNotKeepTheProcessAlive() throws Exception {
        EventLoop.run(() -> LookupPool.lookUp("localhost"));

        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().startsWith("gyre-lookup-"))
                .isNotEmpty()
                .allMatch(Thread::isDaemon);
    }
}
