package io.gyre.loop.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls that kill their child, and children that are killed. After each the pool serves the next call. */
class ProcessPoolDeathTest {
    private final LinkedBlockingQueue<String> output = new LinkedBlockingQueue<>();
    private ProcessPool pool = poolWith("-Xmx32m");

    private ProcessPool poolWith(String... jvmArgs) {
        return new ProcessPool(ProcessPoolOptions.defaults()
                .withSize(1)
                .withJvmArgs(jvmArgs)
                .withOutputHandler((pid, line) -> output.add(line)));
    }

    @AfterEach
    void close() {
        pool.close();
        assertThat(ProcessHandle.current().children()).isEmpty();
    }

    private static long pid() {
        return ProcessHandle.current().pid();
    }

    private static String halt(int status) {
        System.err.println("last words");
        Runtime.getRuntime().halt(status);
        return "never";
    }

    private static int fillMemory() {
        var hoard = new ArrayList<byte[]>();
        while (hoard.size() < Integer.MAX_VALUE) {
            hoard.add(new byte[1 << 20]);
        }
        return hoard.size();
    }

    private static String loopForEver() {
        System.out.println(pid());
        while (System.getProperty("never set") == null) {
            Thread.onSpinWait();
        }
        return "never";
    }

    private long pidOfRunningCall() throws InterruptedException {
        return Long.parseLong(output.take());
    }

    private void assertServesTheNextCall() throws Exception {
        assertThat(pool.submit(() -> "next").get()).isEqualTo("next");
    }

    private static ThrowableAssertAlternative<?> assertWorkerDies(Future<?> call) {
        return assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(call::get)
                .havingCause()
                .isInstanceOf(WorkerDiedException.class);
    }

    @Test
    void haltFailsItsCallAndSaysHowTheChildDied() throws Exception {
        assertWorkerDies(pool.submit(() -> halt(17)))
                .withMessageContaining("a call of " + getClass().getName())
                .withMessageContaining("exit code 17")
                .withMessageContaining("last words")
                .satisfies(e -> assertThat(((WorkerDiedException) e).exitCode()).isEqualTo(17));

        assertServesTheNextCall();
    }

    @Test
    void exitFailsItsCall() throws Exception {
        SerializableRunnable exit = () -> System.exit(0);

        assertWorkerDies(pool.submit(exit)).withMessageContaining("exit code 0");

        assertServesTheNextCall();
    }

    @Test
    void callThatRunsOutOfMemoryFailsAlone() throws Exception {
        assertWorkerDies(pool.submit(() -> fillMemory()))
                .withMessageContaining("exit code 3")
                .withMessageContaining("java.lang.OutOfMemoryError: Java heap space");

        assertServesTheNextCall();
    }

    @Test
    void childThatIsKilledFailsItsCallWithTheSignal() throws Exception {
        Future<String> call = pool.submit(() -> loopForEver());

        ProcessHandle.of(pidOfRunningCall()).orElseThrow().destroyForcibly();

        assertWorkerDies(call).withMessageContaining("exit code 137, which stands for signal 9");
        assertServesTheNextCall();
    }

    @Test
    void childThatIsKilledWhileIdleFailsNothing() throws Exception {
        ProcessHandle idle = ProcessHandle.of(pool.submit(() -> pid()).get()).orElseThrow();

        idle.destroyForcibly();

        assertThat(pool.submit(() -> pid()).get()).isNotEqualTo(idle.pid());
    }

    @Test
    void cancelKillsTheChildOfARunningCall() throws Exception {
        Future<String> call = pool.submit(() -> loopForEver());
        ProcessHandle child = ProcessHandle.of(pidOfRunningCall()).orElseThrow();

        assertThat(call.cancel(true)).isTrue();

        assertThatExceptionOfType(CancellationException.class).isThrownBy(call::get);
        child.onExit().get(20, TimeUnit.SECONDS);
        assertServesTheNextCall();
    }

    @Test
    void cancelWithoutInterruptLetsTheCallEnd(@TempDir Path directory) throws Exception {
        String gate = directory.resolve("gate").toString();
        Future<String> call = pool.submit(() -> {
            System.out.println(pid());
            while (!Files.exists(Path.of(gate))) {
                Thread.onSpinWait();
            }
            return "dropped";
        });
        long child = pidOfRunningCall();

        assertThat(call.cancel(false)).isTrue();
        Files.createFile(Path.of(gate));

        assertThat(pool.submit(() -> pid()).get()).isEqualTo(child);
    }

    @Test
    void callThatIsCancelledWhileItWaitsNeverRuns() throws Exception {
        Future<String> running = pool.submit(() -> loopForEver());
        pidOfRunningCall();
        SerializableRunnable print = () -> System.out.println("ran");
        Future<?> waiting = pool.submit(print);

        waiting.cancel(true);
        running.cancel(true);

        assertServesTheNextCall();
        pool.close();
        assertThat(output).isEmpty();
    }

    @Test
    void childThatCannotStartFailsTheCallWithWhatTheJvmSays() {
        pool.close();
        pool = poolWith("-XX:NoSuchFlag");

        assertWorkerDies(pool.submit(() -> "never")).withMessageContaining("NoSuchFlag");
    }

    @Test
    void standardOutputOfAChildIsNotTheWayOfItsAnswers() throws Exception {
        assertThat(pool.submit(() -> {
                            try (var out = new java.io.FileOutputStream(java.io.FileDescriptor.out)) {
                                out.write(new byte[] {(byte) 0xB0, (byte) 0xB1, 0, 0, 0, 0});
                            }
                            return "the answer";
                        })
                        .get())
                .isEqualTo("the answer");

        assertServesTheNextCall();
    }

    @Test
    void programThatACallStartsMayPrintAndReadWhatItLikes() throws Exception {
        assertThat(pool.submit(() -> new ProcessBuilder("sh", "-c", "cat; printf '\\260\\261\\0\\0\\0\\0'")
                                .inheritIO()
                                .start()
                                .waitFor())
                        .get())
                .as("its standard input has ended, so that cat ends")
                .isZero();

        assertServesTheNextCall();
    }

    @Test
    void childThatCannotBeStartedIsNotTakenForTheOneBeforeIt() throws Exception {
        ProcessHandle idle = ProcessHandle.of(pool.submit(() -> pid()).get()).orElseThrow();
        idle.destroyForcibly();
        idle.onExit().get();

        String home = System.getProperty("java.home");
        System.setProperty("java.home", "/nowhere");
        try {
            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(pool.submit(() -> "never")::get)
                    .havingCause()
                    .isInstanceOf(IllegalStateException.class)
                    .withMessage("no child JVM can be started");
        } finally {
            System.setProperty("java.home", home);
        }

        assertServesTheNextCall();
    }
}
