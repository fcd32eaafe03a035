package io.gyre.net.os;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.Async;
import io.gyre.loop.testing.LoopTest;
import java.io.IOException;

/** The pipes of a process when the system has no more threads. */
final class PipesTest {
    private final ScarceThreads threads = new ScarceThreads("gyre-process-test");

    /** Without the failure, a program that reads all its input would wait for ever, and so would who waits for its end. */
    @LoopTest
    void inputThatNobodyCanWriteIsNoInputThatNobodyReads() throws IOException {
        Process cat = new ProcessBuilder("cat").start();
        var pipes = new Pipes("cat", ProcessLaunch.Launched.of(cat), SubprocessOptions.of("cat"), name -> threads);
        try {
            assertThatThrownBy(() -> pipes.feed("input".getBytes(UTF_8)))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("no thread can be started");
            assertThatThrownBy(() -> pipes.readStdout(100)).hasMessageStartingWith("no thread can be started");

            threads.setScarce(false);
            pipes.feed("input".getBytes(UTF_8));

            assertThat(pipes.readStdout(100)).asString(UTF_8).isEqualTo("input");
            assertThat(Async.await(cat.onExit()).exitValue()).isZero();
        } finally {
            pipes.abort();
            cat.destroyForcibly();
        }
    }

    @LoopTest
    void pipesThatNobodyCanEmptyAreDroppedAllTheSame() throws IOException {
        Process cat = new ProcessBuilder("cat").start();
        var pipes = new Pipes("cat", ProcessLaunch.Launched.of(cat), SubprocessOptions.of("cat"), name -> threads);

        pipes.drop();

        assertThat(Async.await(cat.onExit()).exitValue())
                .as("its input has ended")
                .isZero();
    }
}
