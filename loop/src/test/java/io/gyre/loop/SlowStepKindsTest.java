package io.gyre.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Each kind of blocking, in a program that does nothing else: the report comes while it blocks, and says which kind it is. */
@Timeout(60) // starts a JVM each
@EnabledOnOs(OS.LINUX)
class SlowStepKindsTest {
    private static final String REPORT = "task 'blocked' has kept EventLoop[gyre-1] for ";

    private static String line(String method) {
        return "at io.gyre.loop.BlockedProgram." + method + "(BlockedProgram.java:";
    }

    private static String reportOf(ChildProgram program, String kind) throws IOException {
        String report = program.reportWith(kind);
        assertThat(report)
                .contains(REPORT)
                .contains("created at io.gyre.loop.BlockedProgram.")
                .contains("nothing else runs on the loop meanwhile");
        return report;
    }

    private static int run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).inheritIO().start();
        return process.waitFor();
    }

    @Test
    @Feature("Kind of blocking in the report: computing, file, look-up, native call, pinned park, collection, stop")
    void computing() throws Exception {
        try (var program = ChildProgram.start(BlockedProgram.class, "compute", "")) {
            assertThat(reportOf(program, "It computes (")).contains(line("compute"));
        }
    }

    @Test
    void fileThatBlocks(@TempDir Path directory) throws Exception {
        String pipe = directory.resolve("pipe").toString();
        assertThat(run("mkfifo", pipe)).isZero();

        try (var program = ChildProgram.start(BlockedProgram.class, "file", pipe)) {
            assertThat(reportOf(program, "It waits for a file or device in java.io.FileInputStream.<init>"))
                    .contains("java.io.FileInputStream.open0(Native Method)")
                    .contains(line("open"));
        }
    }

    /** In a network of its own, with a name server that is silent. */
    @Test
    void lookUpThatIsNotAnswered(@TempDir Path directory) throws Exception {
        Path resolvConf = Files.writeString(directory.resolve("resolv.conf"), "nameserver 127.0.0.1\n");
        List<String> inNetworkOfItsOwn = List.of(
                "unshare",
                "--map-root-user",
                "--mount",
                "--net",
                "sh",
                "-c",
                "ip link set lo up && mount --bind \"$0\" /etc/resolv.conf && exec \"$@\"",
                resolvConf.toString());
        assumeTrue(canRun(inNetworkOfItsOwn), "unshare cannot make a network with a silent name server here");

        try (var program = ChildProgram.startBy(inNetworkOfItsOwn, BlockedProgram.class, "lookUp", "")) {
            assertThat(reportOf(program, "It waits for a name look-up in java.net.InetAddress.getAllByName"))
                    .contains("lookupAllHostAddr(Native Method)")
                    .contains(line("lookUp"));
        }
    }

    private static boolean canRun(List<String> starter) throws InterruptedException {
        var command = new ArrayList<>(starter);
        command.add("true");
        try {
            return new ProcessBuilder(command).start().waitFor() == 0;
        } catch (IOException missing) {
            return false;
        }
    }

    @Test
    @Feature("Pinned park: the report names the frame that pins, and whether anything can end it")
    void parkInAClassInitializer() throws Exception {
        try (var program = ChildProgram.start(BlockedProgram.class, "initializer", "")) {
            assertThat(reportOf(program, "Its thread is parked in java.util.concurrent.CountDownLatch.await"))
                    .contains("because io.gyre.loop.BlockedProgram$Pinned.<clinit>(BlockedProgram.java:")
                    .contains("it will never end, since no task of this loop can run")
                    .contains("at io.gyre.loop.BlockedProgram$Pinned.awaitOther(BlockedProgram.java:");
        }
    }

    @Test
    void nativeSleep() throws Exception {
        try (var program = ChildProgram.start(BlockedProgram.class, "native", "")) {
            assertThat(reportOf(program, "It waits in the system, in a native call"))
                    .contains(line("sleepNatively"));
        }
    }

    @Test
    void programThatWasStopped() throws Exception {
        long start = System.nanoTime();
        try (var program = ChildProgram.start(BlockedProgram.class, "compute", "")) {
            reportOf(program, "It computes (");
            String pid = Long.toString(program.pid());
            assertThat(run("sh", "-c", "kill -STOP " + pid)).isZero();
            // For longer than it has run, then the stop is most of the step's time; and for ten times a slow step's.
            long stop = Math.max(System.nanoTime() - start, TimeUnit.SECONDS.toNanos(1));
            assertThat(program.process().waitFor(stop, TimeUnit.NANOSECONDS)).isFalse();
            assertThat(run("sh", "-c", "kill -CONT " + pid)).isZero();

            assertThat(reportOf(program, "The whole program has stood still for"))
                    .contains("SIGSTOP");
        }
    }
}
