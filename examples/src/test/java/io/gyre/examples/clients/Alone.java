package io.gyre.examples.clients;

import static io.gyre.examples.Talk.ANY_PORT;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.gyre.loop.Async;
import io.gyre.loop.EventLoop;
import io.gyre.net.TcpServer;
import io.gyre.net.TcpStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;
import org.jspecify.annotations.Nullable;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Runs the tests of a class in a JVM of its own, where every thread, every open socket and every lost buffer is theirs. */
final class Alone {
    /*
     * Design.
     *
     * Threads are taken from the JVM's own records, so none is too short-lived to be seen. Those of the JDK have groups of their
     * own, and what a bare loop needs has been started before.
     *
     * Lost buffers are those that Netty's detector, which watches all of them here, complains of when the collector has
     * taken them. A buffer that is lost on purpose shows that the detector has been through.
     */

    private static final String THREAD_START = "jdk.ThreadStart";
    private static final String LOST_ON_PURPOSE = "lost on purpose";
    private static final Logger DETECTOR = Logger.getLogger("io.netty.util.ResourceLeakDetector");

    private Alone() {}

    /**
     * What the tests have done.
     *
     * @param lines a line for each finding, which begins with its kind
     */
    record Outcome(List<String> lines) {
        /** {@return the findings of a kind: "succeeded", "skipped", "failed", "thread", "lost", "open"} */
        List<String> of(String kind) {
            return lines.stream()
                    .filter(line -> line.startsWith(kind + " "))
                    .map(line -> line.substring(kind.length() + 1))
                    .toList();
        }
    }

    static Outcome run(Class<?> tests, Path directory, Duration limit) throws IOException, InterruptedException {
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-ea",
                        "-XX:TieredStopAtLevel=1",
                        "-Dio.netty.leakDetection.level=paranoid",
                        "--add-opens",
                        "java.base/java.lang=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Alone.class.getName(),
                        tests.getName())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            boolean hasEnded = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
            List<String> lines = Files.readAllLines(output);
            if (!hasEnded || process.exitValue() != 0) {
                throw new AssertionError("the JVM for " + tests + (hasEnded ? " has failed" : " has not ended") + ": "
                        + String.join(System.lineSeparator(), lines));
            }
            return new Outcome(lines);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    // ---- in the JVM

    /**
     * Prints what the tests have done.
     *
     * @param args the name of the class
     */
    public static void main(String[] args) throws Exception {
        InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
        var leaks = new Leaks();
        DETECTOR.addHandler(leaks);
        DETECTOR.setUseParentHandlers(false);
        startABareLoop();
        List<String> openBefore = openSockets();
        Path records = Files.createTempFile("threads", ".jfr");
        try (Recording recording = new Recording()) {
            recording.enable(THREAD_START).withStackTrace();
            recording.start();
            runTests(Class.forName(args[0]), System.out);
            recording.stop();
            recording.dump(records);
        }
        for (RecordedEvent event : RecordingFile.readAllEvents(records)) {
            if (event.getEventType().getName().equals(THREAD_START) && isOfALibrary(event.getThread("thread"))) {
                System.out.println("thread " + event.getThread("thread").getJavaName() + starter(event));
            }
        }
        Files.delete(records);
        openSockets().stream()
                .filter(socket -> !openBefore.contains(socket))
                .forEach(socket -> System.out.println("open " + socket));
        leaks.await().forEach(lost -> System.out.println("lost " + lost.replace('\n', ' ')));
        System.exit(0);
    }

    private static void startABareLoop() throws IOException {
        EventLoop.run(() -> {
            Async.offload(() -> {});
            try (TcpServer server = TcpServer.serve(ANY_PORT, stream -> {});
                    var client = TcpStream.connect("localhost", server.address().getPort())) {
                client.readAll(1);
            }
        });
    }

    private static void runTests(Class<?> tests, PrintStream out) {
        var listener = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectClass(tests))
                                // its threads are not the library's
                                .configurationParameter("junit.jupiter.execution.timeout.mode", "disabled")
                                .build(),
                        listener);
        TestExecutionSummary summary = listener.getSummary();
        out.println("succeeded " + summary.getTestsSucceededCount());
        out.println("skipped " + (summary.getContainersAbortedCount() + summary.getTestsAbortedCount()));
        summary.getFailures().forEach(failure -> {
            out.println("failed " + failure.getTestIdentifier().getDisplayName());
            failure.getException().printStackTrace(out);
        });
    }

    private static boolean isOfALibrary(@Nullable RecordedThread thread) {
        if (thread == null
                || thread.getJavaName() == null
                || thread.getJavaName().startsWith("gyre-")
                || thread.getJavaName()
                        .startsWith("ForkJoinPool.commonPool-")) { // where the JDK tells of a process's end
            return false;
        }
        var group = thread.getThreadGroup();
        return group != null
                && !group.getName().equals("system")
                && !group.getName().equals("InnocuousThreadGroup");
    }

    /** {@return who started a thread, for whoever wonders} */
    private static String starter(RecordedEvent event) {
        if (event.getStackTrace() == null) {
            return "";
        }
        return event.getStackTrace().getFrames().stream()
                .filter(RecordedFrame::isJavaFrame)
                .map(frame -> frame.getMethod().getType().getName() + "."
                        + frame.getMethod().getName())
                .filter(frame -> !frame.startsWith("java.") && !frame.startsWith("jdk."))
                .findFirst()
                .map(frame -> " started by " + frame)
                .orElse("");
    }

    private static List<String> openSockets() throws IOException {
        var sockets = new ArrayList<String>();
        File[] descriptors = Objects.requireNonNullElse(new File("/proc/self/fd").listFiles(), new File[0]);
        for (File descriptor : descriptors) {
            try {
                String target = Files.readSymbolicLink(descriptor.toPath()).toString();
                if (target.startsWith("socket:")) {
                    sockets.add(target);
                }
            } catch (IOException closedMeanwhile) {
                // the descriptor of the list itself
            }
        }
        return sockets;
    }

    /** What Netty's detector has found. */
    private static final class Leaks extends Handler {
        private final List<String> messages = new CopyOnWriteArrayList<>();

        /** Loses a buffer, and waits until that has been found, and so all that were lost before. */
        List<String> await() {
            for (int round = 0; round < 2; round++) {
                String mark = LOST_ON_PURPOSE + " " + round;
                lose(mark);
                while (messages.stream().noneMatch(message -> message.contains(mark))) {
                    System.gc();
                    ByteBufAllocator.DEFAULT.heapBuffer(1).release(); // makes the detector look
                }
            }
            return messages.stream()
                    .filter(message -> !message.contains(LOST_ON_PURPOSE))
                    .toList();
        }

        private static void lose(String mark) {
            ByteBuf lost = ByteBufAllocator.DEFAULT.heapBuffer(1);
            lost.touch(mark);
        }

        @Override
        public void publish(LogRecord record) {
            messages.add(record.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
