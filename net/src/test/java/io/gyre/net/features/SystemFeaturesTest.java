package io.gyre.net.features;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static io.gyre.net.Talk.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.LoopTest.Time;
import io.gyre.loop.testing.VirtualClock;
import io.gyre.net.ByteReader;
import io.gyre.net.ByteStream;
import io.gyre.net.Feature;
import io.gyre.net.ServerState;
import io.gyre.net.Streams;
import io.gyre.net.TcpPair;
import io.gyre.net.TcpServer;
import io.gyre.net.TcpStream;
import io.gyre.net.os.Child;
import io.gyre.net.os.Signals;
import io.gyre.net.os.StandardInput;
import io.gyre.net.os.Subprocess;
import io.gyre.net.os.SubprocessFailedException;
import io.gyre.net.os.SubprocessOptions;
import io.gyre.net.os.SubprocessOutput;
import io.gyre.net.testing.MemoryStream;
import io.gyre.net.testing.StreamPair;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signals are WINCH, which does nothing where nobody receives it. */
class SystemFeaturesTest {
    private static final Duration GRACE = Duration.ofSeconds(3);

    private final Path directory;

    SystemFeaturesTest(@TempDir Path directory) {
        this.directory = directory;
    }

    private static void sendSignal() throws IOException {
        Subprocess.run("sh", "-c", "kill -WINCH " + ProcessHandle.current().pid());
    }

    // ---- 1.11

    /** Greets the first who is typed in, and ends while it waits for the next. */
    static final class Greeter {
        private Greeter() {}

        public static void main(String[] arguments) throws IOException {
            EventLoop.run(() -> {
                try (ByteReader input = StandardInput.open()) {
                    System.out.println("hello " + input.readLine(100).orElse("nobody"));
                    Task<?> next = createTask(() -> input.readLine(100));
                    while (next.waitsFor() == null) {
                        yieldNow();
                    }
                    System.out.println("waits for " + next.waitsFor());
                    next.cancelAndJoin("one is enough");
                }
            });
        }
    }

    @Test
    @Feature("Standard input and pipes")
    void pipesAndTheStandardInputAreStreamsAndKeepNoProcessAlive() throws Exception {
        EventLoop.run(() -> {
            try (Subprocess cat = Subprocess.exec("cat")) {
                ByteStream pipes = Streams.staple(cat.stdout(), cat.stdin());
                pipes.write(bytes("through pipes\n"));
                assertThat(pipes.readLine(100)).contains("through pipes");
                pipes.closeOutput();
                assertThat(pipes.readLine(100)).isEmpty();
            }
        });

        try (Child child = Child.start(Greeter.class)) {
            child.type("gyre\n");
            assertThat(child.line()).isEqualTo("hello gyre");
            assertThat(child.line()).isEqualTo("waits for something to read from the standard input");
            assertThat(child.exitCode()).isZero();
        }
    }

    // ---- files

    @LoopTest
    @Feature("Zero-copy `sendfile`")
    void fileIsSentByTheSystemOrThroughABuffer() throws IOException {
        var content = new byte[200_000];
        new Random(1).nextBytes(content);
        try (FileChannel file = FileChannel.open(Files.write(directory.resolve("file"), content))) {
            StreamPair<TcpStream> sockets = TcpPair.connected();
            assertSends(file, content, sockets.left(), sockets.right());
            StreamPair<MemoryStream> memory = MemoryStream.pair();
            assertSends(file, content, memory.left(), memory.right());
        }
    }

    private static void assertSends(FileChannel file, byte[] content, ByteStream left, ByteStream right)
            throws IOException {
        Task<?> sender = createTask(() -> {
            left.write(bytes("head "));
            left.sendFile(file, 10, content.length - 10);
            left.close();
        });
        assertThat(right.readExactly(5)).isEqualTo(bytes("head "));
        assertThat(right.readAll(content.length)).isEqualTo(Arrays.copyOfRange(content, 10, content.length));
        sender.await();
        right.close();
    }

    // ---- programs

    @LoopTest
    @Feature("Subprocesses")
    void programIsRunTalkedToAndAwaited() throws IOException {
        assertThat(Subprocess.run("echo", "$HOME; no shell looks at this").text())
                .isEqualTo("$HOME; no shell looks at this");
        try (Subprocess shell = Subprocess.shell("read line; echo $line | tr a-z A-Z; echo trouble >&2; exit 3")) {
            SubprocessOutput output = shell.communicate(bytes("hello\n"), 100);
            assertThat(output.text()).isEqualTo("HELLO");
            assertThat(output.errorText()).isEqualTo("trouble");
            assertThat(output.exitCode()).isEqualTo(3);
        }
        assertThatExceptionOfType(SubprocessFailedException.class)
                .isThrownBy(() -> Subprocess.run("sh", "-c", "echo trouble >&2; exit 3"))
                .withMessageContaining("exit code 3")
                .withMessageContaining("trouble");
        try (Subprocess cat = Subprocess.exec("cat")) {
            Task<Integer> waiting = createTask(cat::await);
            cat.stdin().write(bytes("line\n"));
            assertThat(cat.stdout().readLine(100)).contains("line");
            assertThat(cat.isAlive()).isTrue();
            assertThat(waiting.isDone()).isFalse();

            cat.kill();

            assertThat(waiting.await()).as("128 and SIGKILL").isEqualTo(128 + 9);
        }
    }

    @LoopTest(time = Time.MANUAL)
    @Feature("Subprocess termination on cancellation")
    void cancelledTaskTellsItsProgramToEndAndKillsWhatIsLeftAfterAGrace(VirtualClock clock) throws IOException {
        Subprocess polite = ready("trap 'exit 7' TERM");
        Task<?> owner = owner(polite);
        owner.cancel("not needed any more");
        assertThatThrownBy(owner::await).hasCauseInstanceOf(CancelledException.class);
        assertThat(polite.await()).as("it has ended as it was told to").isEqualTo(7);

        Subprocess deaf = ready("trap '' TERM");
        owner = owner(deaf);
        owner.cancel("not needed any more");
        while (!Objects.requireNonNullElse(owner.waitsFor(), "").startsWith("the end of process")) {
            yieldNow();
        }
        clock.advance(GRACE.minusMillis(1));
        assertThat(deaf.isAlive()).isTrue();
        clock.advance(Duration.ofMillis(1));
        assertThatThrownBy(owner::await).hasCauseInstanceOf(CancelledException.class);
        assertThat(deaf.await()).as("128 and SIGKILL").isEqualTo(128 + 9);
    }

    private static Subprocess ready(String trap) throws IOException {
        String script = trap + "; echo ready; while :; do sleep 0.01; done";
        Subprocess process =
                Subprocess.exec(SubprocessOptions.of("sh", "-c", script).withKillGrace(GRACE));
        assertThat(process.stdout().readLine(100)).contains("ready");
        return process;
    }

    private static Task<?> owner(Subprocess process) {
        Task<?> owner = createTask(() -> {
            try (process) {
                EventLoop.current().createFuture().await();
            }
        });
        awaitAllTasksParked();
        return owner;
    }

    // ---- signals

    @LoopTest
    @Feature("Signals")
    void signalsAreReceivedOneAfterTheOther() throws IOException {
        try (Signals signals = Signals.receive("WINCH")) {
            Task<String> first = createTask(signals::next);
            awaitAllTasksParked();
            sendSignal();
            assertThat(first.await()).isEqualTo("WINCH");

            sendSignal();
            for (String name : signals) {
                assertThat(name).isEqualTo("WINCH");
                break;
            }
            assertThat(signals.count("WINCH")).isEqualTo(2);
        }
    }

    @LoopTest(time = Time.MANUAL)
    @Feature("Graceful shutdown on signals")
    void signalDrainsAServer() throws IOException {
        try (TcpServer server = TcpServer.serve(TcpPair.loopback(), stream -> {
                    stream.write(bytes("ready\n"));
                    stream.write(bytes("got " + stream.readAll(100).length));
                });
                TcpStream client = TcpStream.connect(server.address())) {
            assertThat(client.readLine(100)).contains("ready");
            Signals.drainOn(server, Duration.ofDays(1), "WINCH");
            client.write(bytes("12345"));
            awaitAllTasksParked();

            sendSignal();

            server.awaitClosed();
            assertThat(server.state()).isEqualTo(ServerState.CLOSED);
            assertThat(client.readLine(100)).contains("got 5");
        }
    }
}
