package io.gyre.net.os;

import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.EventLoop;
import io.gyre.loop.Offloading;
import io.gyre.loop.VoidBody;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProcessTreeTest {
    private static final Offloading NO_THREADS = Offloading.on(call -> {
        throw new OutOfMemoryError("unable to create native thread");
    });

    private Process process;

    @BeforeEach
    void start() throws Exception {
        process = new ProcessBuilder("sleep", "1000").start();
    }

    @AfterEach
    void kill() {
        process.destroyForcibly();
    }

    @Test
    void processIsTerminatedAlsoIfNoThreadCanBeStarted() throws Exception {
        assertEnds(ProcessTree::terminate);
    }

    @Test
    void processIsKilledAlsoIfNoThreadCanBeStarted() throws Exception {
        assertEnds(ProcessTree::kill);
    }

    @Test
    void processIsEndedAlsoIfNoThreadCanBeStarted() throws Exception {
        assertEnds(tree -> tree.end(Duration.ofDays(1)));
    }

    private void assertEnds(Consumer<ProcessTree> end) throws Exception {
        EventLoop.run((VoidBody<RuntimeException>) () -> end.accept(new ProcessTree(process, NO_THREADS)));

        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
}
