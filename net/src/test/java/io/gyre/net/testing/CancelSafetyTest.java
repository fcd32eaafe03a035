package io.gyre.net.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.testing.LoopTest;
import io.gyre.net.testing.CancelScenario.Moment;
import io.gyre.net.testing.ServerScenario.Waiting;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.io.TempDir;

/** Cancels each call at each moment, and compares what it sees with what the documentation promises. */
final class CancelSafetyTest {
    private static final Path RECORDED = Path.of("cancel-safety.md");
    private static final int FILE_BYTES = 20_000_000;

    private static final String HEAD = """
            # What a cancellation leaves

            Each call that suspends is a checkpoint before it takes or gives a byte, and what has completed is delivered: then the
            cancellation is raised by the next call. A time-out around a call is a cancellation. The table is what
            `CancelSafetyTest` sees of streams in memory, TCP and Unix sockets; it fails when this file says something else, and
            `mvn test -pl net -am -Dtest=CancelSafetyTest -Dsurefire.failIfNoSpecifiedTests=false -Dcancel.safety.update=true`
            writes the file anew.

            Over TLS the same holds, and bytes that a cancelled write has encrypted are on their way: they are sent in the background.

            """;

    private final Path directory;
    private final List<String> lines = new ArrayList<>(HEAD.lines().toList());

    CancelSafetyTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @LoopTest(time = LoopTest.Time.AUTOJUMP_DESPITE_IO, timeoutMillis = 60_000)
    void everyCallLeavesWhatTheTableSays() throws Exception {
        lines.add("| call | " + Moment.BEFORE.words + " | " + Moment.WAITING.words + " | " + Moment.COMPLETING.words
                + " |");
        lines.add("|---|---|---|---|");
        addReading();
        addWriting();
        addFiles();
        addEnding();
        addServers();
        addHandshakes();

        if (Boolean.getBoolean("cancel.safety.update")) {
            Files.write(RECORDED, lines);
        }
        assertThat(lines)
                .as("what is seen differs from net/%s, which says how it is written anew", RECORDED)
                .containsExactlyElementsOf(Files.readAllLines(RECORDED));
    }

    private void addReading() throws Exception {
        for (int i = 0; i < ReadingCall.all().size(); i++) {
            int index = i;
            add(
                    ReadingCall.all().get(i).toString(),
                    kind -> new ReadScenario(kind, ReadingCall.all().get(index)));
        }
    }

    private void addWriting() throws Exception {
        add("write(buffer)", kind -> new WriteScenario(kind, (writer, buffer) -> writer.write(buffer)));
        add(
                "write(buffers)",
                kind -> new WriteScenario(kind, (writer, buffer) -> writer.write(buffer, ByteBuffer.allocate(0))));
        add("writeBuffered", kind -> new WriteScenario(kind, (writer, buffer) -> writer.writeBuffered(buffer)));
        add("flush", kind -> new FlushScenario(kind, false, stream -> stream.flush()));
    }

    private void addFiles() throws Exception {
        Path path = Files.write(directory.resolve("file"), KnownBytes.of(FILE_BYTES));
        try (FileChannel file = FileChannel.open(path)) {
            add("sendFile", kind -> new SendFileScenario(kind, path, file, FILE_BYTES));
        }
        add("Streams.copy", kind -> new CopyScenario(kind, false));
        add("Streams.relay", kind -> new CopyScenario(kind, true));
    }

    private void addEnding() throws Exception {
        add("closeOutput", kind -> new FlushScenario(kind, true, stream -> stream.closeOutput()));
        add("close, when the peer reads on", kind -> new CloseScenario(kind, true));
        row(
                "close, when the peer does not",
                List.of(Moment.BEFORE, Moment.WAITING),
                eachKind(kind -> new CloseScenario(kind, false)));
    }

    private void addHandshakes() throws Exception {
        row("TlsStream.client", List.of(Moment.values()), List.of(() -> new HandshakeScenario(false)));
        row("TlsStream.handshake", List.of(Moment.values()), List.of(() -> new HandshakeScenario(true)));
    }

    private void addServers() throws Exception {
        row(
                "TcpStream.connect",
                List.of(Moment.values()),
                List.of(() -> new ConnectScenario(StandardProtocolFamily.INET)));
        row( // it waits for a timer, and then asks: there is no moment in which it could go on and has not
                "UnixStream.connect",
                List.of(Moment.BEFORE, Moment.WAITING),
                List.of(() -> new ConnectScenario(StandardProtocolFamily.UNIX)));
        row(
                "StreamServer.awaitClosed",
                List.of(Moment.values()),
                List.of(() -> new ServerScenario(Waiting.AWAIT_CLOSED)));
        row("StreamServer.drain", List.of(Moment.values()), List.of(() -> new ServerScenario(Waiting.DRAIN)));
        row("StreamServer.close", List.of(Moment.values()), List.of(() -> new ServerScenario(Waiting.CLOSE)));
    }

    private interface OfStreams {
        CancelScenario with(StreamKind kind);
    }

    private void add(String call, OfStreams scenario) throws Exception {
        row(call, List.of(Moment.values()), eachKind(scenario));
    }

    private static List<Callable<CancelScenario>> eachKind(OfStreams scenario) {
        var scenarios = new ArrayList<Callable<CancelScenario>>();
        for (StreamKind kind : StreamKind.values()) {
            scenarios.add(() -> scenario.with(kind));
        }
        return scenarios;
    }

    /** One row: what all kinds have in common, or one and the other. */
    private void row(String call, List<Moment> moments, List<Callable<CancelScenario>> kinds) throws Exception {
        var row = new StringBuilder("| `" + call.replaceFirst(",|$", "`$0") + " |");
        for (Moment moment : Moment.values()) {
            Set<String> seen = new LinkedHashSet<>();
            if (moments.contains(moment)) {
                for (Callable<CancelScenario> kind : kinds) {
                    seen.add(kind.call().observe(moment));
                }
            }
            row.append(' ')
                    .append(seen.isEmpty() ? "–" : String.join("; or: ", seen))
                    .append(" |");
        }
        lines.add(row.toString());
    }
}
