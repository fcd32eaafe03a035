package io.gyre.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** When the watchdog of a program sleeps, and what wakes it. */
@Timeout(60) // starts a JVM each
class WatchdogTest {
    private static final String REPORT = "callback io.gyre.loop.IdleProgram has kept EventLoop[gyre-1]";

    /** How long the system calls of the idle program are recorded, in seconds: the watchdog used to make twenty in one. */
    private static final int RECORDED_SECONDS = 4;

    /** Recording interrupts each thread once when it begins, which takes a moment. */
    private static final double BEGINNING_SECONDS = 1;

    private static void sendLine(ChildProgram program) throws IOException {
        Writer input = program.process().outputWriter();
        input.write("\n");
        input.flush();
    }

    @Test
    void watchdogSleepsWhileNothingHappensAndSeesTheFirstStepBehindIt() throws Exception {
        try (var program = ChildProgram.start(IdleProgram.class)) {
            for (int round = 0; round < 2; round++) {
                program.lineWith(IdleProgram.ASLEEP);
                sendLine(program);
                assertThat(program.reportWith(REPORT)).contains("It computes").contains("IdleProgram");
                sendLine(program);
                program.lineWith("callback io.gyre.loop.IdleProgram on EventLoop[gyre-1] continued after about");
            }
        }
    }

    @Test
    @Feature("An idle program makes no wake-up of Gyre's")
    void idleProgramMakesNoSystemCallOfOurs(@TempDir Path directory) throws Exception {
        Path record = directory.resolve("strace");
        try (var program = ChildProgram.start(IdleProgram.class)) {
            program.lineWith(IdleProgram.ASLEEP);
            Set<String> ours = threadsOfOurs(program.pid());
            assertThat(ours).as("the watchdog and the thread of the loop").hasSize(2);

            assumeTrue(
                    hasRecorded(program.pid(), record), "strace is missing, or may not look into another process here");

            List<String> lines = Files.readAllLines(record);
            double begun = secondsOf(lines.getFirst()) + BEGINNING_SECONDS;
            List<String> later =
                    lines.stream().filter(line -> secondsOf(line) > begun).toList();
            assertThat(later)
                    .as("calls of the JVM's own threads, which show that the record goes on")
                    .isNotEmpty();
            assertThat(later)
                    .filteredOn(line -> ours.contains(threadOf(line)) && !line.contains("<detached")) // the end
                    .isEmpty();
        }
    }

    private static Set<String> threadsOfOurs(long pid) throws IOException {
        var threads = new HashSet<String>();
        try (Stream<Path> all = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            for (Path thread : all.toList()) {
                String name = Files.readString(thread.resolve("comm")).strip();
                if (name.equals("gyre-watchdog") || name.equals(IdleProgram.LOOP_THREAD)) {
                    threads.add(thread.getFileName().toString());
                }
            }
        }
        return threads;
    }

    private static boolean hasRecorded(long pid, Path record) throws Exception {
        try {
            new ProcessBuilder(
                            "timeout",
                            Integer.toString(RECORDED_SECONDS),
                            "strace",
                            "-f",
                            "-ttt",
                            "-o",
                            record.toString(),
                            "-p",
                            Long.toString(pid))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException missing) {
            return false;
        }
        return Files.exists(record) && Files.size(record) > 0;
    }

    /** Of a line such as {@code 2077  1795935384.685108 futex(...}. */
    private static double secondsOf(String line) {
        return Double.parseDouble(line.split(" +", 3)[1]);
    }

    private static String threadOf(String line) {
        return line.split(" +", 2)[0];
    }
}
