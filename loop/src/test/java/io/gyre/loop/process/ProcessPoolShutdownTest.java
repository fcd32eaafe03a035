package io.gyre.loop.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.BufferedReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How pools and children end. */
class ProcessPoolShutdownTest {
    private final LinkedBlockingQueue<String> output = new LinkedBlockingQueue<>();
    private final ProcessPool pool = poolOf(2);

    private ProcessPool poolOf(int size) {
        return new ProcessPool(
                ProcessPoolOptions.defaults().withSize(size).withOutputHandler((pid, line) -> output.add(line)));
    }

    private static String loopForEver() {
        System.out.println(ProcessHandle.current().pid());
        while (System.getProperty("never set") == null) {
            Thread.onSpinWait();
        }
        return "never";
    }

    private static void assertNothingIsLeft() throws InterruptedException {
        assertThat(ProcessHandle.current().children()).isEmpty();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("gyre-process")) {
                assertThat(thread.join(Duration.ofSeconds(20)))
                        .as(thread.getName())
                        .isTrue();
            }
        }
    }

    @Test
    void closeRunsWhatWasSubmittedAndLeavesNoChild() throws Exception {
        var futures = new ArrayList<Future<Integer>>();
        for (int i = 0; i < 10; i++) {
            int number = i;
            futures.add(pool.submit(() -> number));
        }

        pool.close();

        assertThat(futures).extracting(Future::resultNow).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(pool.isTerminated()).isTrue();
        assertNothingIsLeft();
    }

    @Test
    void poolThatWasNeverUsedCloses() {
        pool.close();
        pool.close();

        assertThat(pool.isTerminated()).isTrue();
        assertThat(pool).hasToString("ProcessPool[at most 2 children, 0 now]");
    }

    @Test
    void poolThatWasShutDownTakesNoCalls() {
        pool.shutdown();

        assertThat(pool.isShutdown()).isTrue();
        assertThatExceptionOfType(RejectedExecutionException.class)
                .isThrownBy(() -> pool.submit(() -> "late"))
                .withMessageContaining("shut down");
    }

    @Test
    void shutdownNowKillsWhatRunsAndHandsBackWhatWaits() throws Exception {
        ProcessPool single = poolOf(1);
        Future<String> running = single.submit(() -> loopForEver());
        output.poll(20, TimeUnit.SECONDS);
        Future<String> waiting = single.submit(() -> "local");

        List<Runnable> neverBegun = single.shutdownNow();

        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(running::get)
                .havingCause()
                .isInstanceOf(WorkerDiedException.class)
                .withMessageContaining("it was killed because the process pool was shut down");
        assertThat(single.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        assertThat(waiting.isDone()).isFalse();
        neverBegun.forEach(Runnable::run);
        assertThat(waiting.resultNow()).isEqualTo("local");
        assertNothingIsLeft();
    }

    @Test
    void awaitTerminationGivesUp() throws Exception {
        Future<String> running = pool.submit(() -> loopForEver());
        output.poll(20, TimeUnit.SECONDS);
        pool.shutdown();

        assertThat(pool.awaitTermination(1, TimeUnit.MILLISECONDS)).isFalse();

        running.cancel(true);
        assertThat(pool.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        assertNothingIsLeft();
    }

    @Test
    void childrenDieWithTheirParent() throws Exception {
        Process parent = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        ParentThatDies.class.getName())
                .redirectError(ProcessBuilder.Redirect.PIPE)
                .start();
        try (BufferedReader pids = parent.inputReader()) {
            ProcessHandle idle =
                    ProcessHandle.of(Long.parseLong(pids.readLine())).orElseThrow();
            ProcessHandle busy =
                    ProcessHandle.of(Long.parseLong(pids.readLine())).orElseThrow();

            parent.destroyForcibly();

            idle.onExit().get(20, TimeUnit.SECONDS);
            busy.onExit().get(20, TimeUnit.SECONDS);
        }
        parent.waitFor();
    }

    /** Prints the process ids of two children, an idle one and a busy one, and waits to be killed. */
    static final class ParentThatDies {
        private ParentThatDies() {}

        public static void main(String[] args) throws Exception {
            var lines = new LinkedBlockingQueue<String>();
            var pool = new ProcessPool(
                    ProcessPoolOptions.defaults().withSize(2).withOutputHandler((pid, line) -> lines.add(line)));
            Future<String> first = pool.submit(() -> loopForEver());
            String busy = lines.take();
            System.out.println(pool.submit(() -> ProcessHandle.current().pid()).get());
            System.out.println(busy);
            first.get();
        }
    }
}
