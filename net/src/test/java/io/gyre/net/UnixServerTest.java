package io.gyre.net;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.Async;
import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.LoopTest.Time;
import io.gyre.net.testing.Backlog;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sockets in the file system. */
final class UnixServerTest {
    private static final Set<PosixFilePermission> FOR_ALL = PosixFilePermissions.fromString("rw-rw-rw-");

    private final Path directory;
    private final Path path;

    UnixServerTest(@TempDir Path directory) {
        this.directory = directory;
        this.path = directory.resolve("server.sock");
    }

    private UnixServer serve() throws IOException {
        return UnixServer.serve(path, Talk::echo);
    }

    private void assertEchoes() throws IOException {
        try (UnixStream stream = UnixStream.connect(path)) {
            stream.write(new byte[] {7});
            assertThat(stream.readExactly(1)).containsExactly(7);
        }
    }

    /** What a server leaves that was killed. */
    private void leaveSocketBehind() throws IOException {
        try (var left = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            left.bind(UnixDomainSocketAddress.of(path));
        }
        assertThat(path).exists();
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void connectionsAreServedUntilTheServerIsClosedAndTheFileIsGoneThen() throws Exception {
        try (UnixServer server = serve()) {
            assertEchoes();
            assertEchoes();
            assertThat(server.path()).isEqualTo(path);
            assertThat(server).hasToString("UnixServer[" + path + "]");
            assertThat(server.statistics().accepted()).isEqualTo(2);
        }

        assertThat(directory).isEmptyDirectory();
        awaitAllTasksParked();
        assertThat(EventLoop.current().statistics().channels()).isZero();
        assertThat(EventLoop.current().statistics().tasks()).isEqualTo(1);
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void onlyTheOwnerMayConnectUnlessOthersAreAllowed() throws Exception {
        try (UnixServer server = serve()) {
            assertThat(Files.getPosixFilePermissions(server.path())).isEqualTo(SocketFile.OWNER_ONLY);
        }
        try (UnixServer server = UnixServer.serve(ServerOptions.defaults(), path, FOR_ALL, Talk::echo)) {
            assertThat(Files.getPosixFilePermissions(server.path())).isEqualTo(FOR_ALL);
            assertEchoes();
        }
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void streamsKnowTheirPathAndWhoIsAtTheOtherEnd() throws Exception {
        try (UnixServer server = serve();
                UnixStream stream = UnixStream.connect(server.path())) {
            awaitAllTasksParked();

            assertThat(stream).hasToString("UnixStream[" + path + "]");
            assertThat(server.connections().getFirst()).hasToString("UnixStream[" + path + "]");
            assertThat(stream.option(ExtendedSocketOptions.SO_PEERCRED).user().getName())
                    .isEqualTo(System.getProperty("user.name"));
        }
    }

    // ---- what is there already

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void socketOfAServerThatIsGoneIsReplaced() throws Exception {
        leaveSocketBehind();

        try (UnixServer server = serve()) {
            assertThat(server.state()).isEqualTo(ServerState.SERVING);
            assertEchoes();
        }
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void socketOfAServerThatAnswersIsNotReplaced() throws Exception {
        try (UnixServer server = serve()) {
            assertThatThrownBy(this::serve)
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining(path.toString())
                    .hasMessageContaining("a server listens there already");
            assertEchoes();
            assertThat(server.path()).exists();
        }
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void socketOfAServerThatHasNoRoomIsNotReplaced() throws Exception {
        var waiting = new ArrayList<SocketChannel>();
        try (var busy = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            busy.bind(UnixDomainSocketAddress.of(path), 1);
            Backlog.fill(busy.getLocalAddress(), waiting);

            assertThatThrownBy(this::serve).hasMessageContaining("a server listens there already");
            assertThat(path).exists();
        } finally {
            closeAll(waiting);
        }
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void optionOfTheConnectionsThatCannotBeSetIsRefusedAtOnce() {
        ServerOptions options = ServerOptions.defaults().withConnectionOption(StandardSocketOptions.SO_RCVBUF, -1);

        assertThatThrownBy(() -> UnixServer.serve(options, path, Talk::echo))
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("cannot set SO_RCVBUF to -1");
        assertThat(path).doesNotExist();
    }

    private static void closeAll(List<SocketChannel> channels) throws IOException {
        for (SocketChannel channel : channels) {
            channel.close();
        }
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void whatIsNoSocketIsNotReplaced() throws Exception {
        for (Intruder intruder : Intruder.values()) {
            intruder.make(path);

            assertThatThrownBy(this::serve)
                    .as("%s", intruder)
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining(path.toString())
                    .hasMessageContaining("not a socket");
            assertThat(Files.exists(path, LinkOption.NOFOLLOW_LINKS))
                    .as("%s", intruder)
                    .isTrue();
            Files.delete(path);
        }
    }

    /** What else may be there. */
    private enum Intruder {
        FILE {
            @Override
            void make(Path path) throws IOException {
                Files.createFile(path);
            }
        },
        DIRECTORY {
            @Override
            void make(Path path) throws IOException {
                Files.createDirectory(path);
            }
        },
        LINK {
            @Override
            void make(Path path) throws IOException {
                Files.createSymbolicLink(path, Path.of("nowhere"));
            }
        },
        PIPE {
            @Override
            void make(Path path) throws Exception {
                assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor())
                        .isZero();
            }
        };

        abstract void make(Path path) throws Exception;
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void directoryThatIsNotThereIsNamedAndNothingIsLeft() throws Exception {
        Path nowhere = directory.resolve("nowhere").resolve("server.sock");

        assertThatThrownBy(() -> UnixServer.serve(nowhere, Talk::echo))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("cannot listen on " + nowhere);
        assertThat(directory).isEmptyDirectory();
        assertThat(EventLoop.current().statistics().tasks()).isEqualTo(1);
    }

    // ---- the end

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void fileThatSomebodyElseHasPutThereIsLeft() throws Exception {
        UnixServer server = serve();
        Files.delete(path);
        Files.createFile(path);

        server.close();

        assertThat(path).isRegularFile();
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void fileThatIsGoneAlreadyIsNoFailure() throws Exception {
        UnixServer server = serve();
        Files.delete(path);

        server.close();

        assertThat(server.state()).isEqualTo(ServerState.CLOSED);
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void serverThatStopsAcceptingRemovesTheFileAndServesOn() throws Exception {
        UnixServer server = serve();
        UnixStream stream = UnixStream.connect(path);
        awaitAllTasksParked();

        server.stopAccepting();
        awaitAllTasksParked();

        assertThat(path).doesNotExist();
        assertThatThrownBy(() -> UnixStream.connect(path))
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("cannot connect to " + path);
        stream.write(new byte[] {7});
        assertThat(stream.readExactly(1)).containsExactly(7);
        stream.close();
        server.awaitClosed();
    }

    // ---- connecting

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void connectToNobodyNamesThePath() throws Exception {
        leaveSocketBehind();

        assertThatThrownBy(() -> UnixStream.connect(path))
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("cannot connect to " + path)
                .hasMessageContaining("refused");
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void connectWaitsForRoomAndLeavesNothingWhenItIsCancelled() throws Exception {
        var waiting = new ArrayList<SocketChannel>();
        try (var busy = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            busy.bind(UnixDomainSocketAddress.of(path), 1);
            Backlog.fill(busy.getLocalAddress(), waiting);
            long before = Descriptors.open();
            Task<UnixStream> cancelled = createTask(() -> UnixStream.connect(path));
            Task<UnixStream> connecting = createTask(() -> UnixStream.connect(path));
            awaitAllTasksParked();
            cancelled.cancel("test");
            assertThatThrownBy(cancelled::await).hasCauseInstanceOf(CancelledException.class);
            assertThat(connecting.isDone()).isFalse();
            assertThat(Descriptors.open()).isEqualTo(before);

            waiting.add(busy.accept());

            connecting.await().close();
        } finally {
            closeAll(waiting);
        }
    }

    @LoopTest(time = Time.REAL)
    void channelThatIsNoConnectionOfAUnixSocketIsRefusedAndClosed() throws Exception {
        SocketChannel unconnected = SocketChannel.open(StandardProtocolFamily.UNIX);
        assertThatThrownBy(() -> UnixStream.of(unconnected)).isInstanceOf(NotYetConnectedException.class);
        assertThat(unconnected.isOpen()).isFalse();

        try (var listening = ServerSocketChannel.open()) {
            listening.bind(TcpPair.loopback());
            SocketChannel tcp = SocketChannel.open(listening.getLocalAddress());
            assertThatThrownBy(() -> UnixStream.of(tcp))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("TcpStream.of");
            assertThat(tcp.isOpen()).isFalse();
        }
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void connectionsGetTheOptionsThatUnixSocketsHave() throws Exception {
        var sizes = new ArrayList<Integer>();
        ServerOptions options = ServerOptions.defaults()
                .withConnection(SocketOptions.of(StandardSocketOptions.TCP_NODELAY, true)
                        .with(StandardSocketOptions.SO_SNDBUF, 20_000));
        try (UnixServer server = UnixServer.serve(
                        options, path, FOR_ALL, stream -> sizes.add(stream.option(StandardSocketOptions.SO_SNDBUF)));
                UnixStream client = UnixStream.connect(path)) {
            client.readAll(0);
            assertThat(client.option(StandardSocketOptions.SO_SNDBUF)).isGreaterThan(40_000);
            server.stopAccepting();
        }

        assertThat(sizes).singleElement().satisfies(size -> assertThat(size).isBetween(20_000, 40_000));
    }

    // ---- lengths of paths

    /** {@return how many bytes the longest path has that the system itself accepts for a socket} */
    private static int longestPlainPath(Path in) throws IOException {
        for (int length = 200; ; length--) {
            Path candidate = pathOfLength(in, length);
            try (var plain = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                plain.bind(UnixDomainSocketAddress.of(candidate));
                Files.delete(candidate);
                return length;
            } catch (SocketException tooLong) {
                assertThat(length).as("some path is accepted").isGreaterThan(20);
            }
        }
    }

    private static Path pathOfLength(Path in, int length) {
        Path path = in.resolve("x".repeat(length - in.toString().length() - 1));
        assertThat(path.toString()).hasSize(length);
        return path;
    }

    @LoopTest(time = Time.REAL, timeoutMillis = 30_000)
    void pathsOfEachLengthThatTheSystemAcceptsAreServed() throws Exception {
        Path base = Path.of("/tmp", "g" + ProcessHandle.current().pid() % 1_000_000);
        Files.createDirectory(base);
        try {
            int longest = longestPlainPath(base);
            assertThat(longest).isGreaterThan(90);
            for (int length = 20; length <= longest; length++) {
                Path each = pathOfLength(base, length);
                try (UnixServer server = UnixServer.serve(each, Talk::echo);
                        UnixStream stream = UnixStream.connect(server.path())) {
                    stream.write(new byte[] {7});
                    assertThat(stream.readExactly(1)).as("%d bytes", length).containsExactly(7);
                }
            }

            Path tooLong = pathOfLength(base, longest + 1);
            assertThatThrownBy(() -> UnixServer.serve(tooLong, Talk::echo))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("cannot listen on " + tooLong)
                    .hasMessageContaining("the path has " + (longest + 1) + " bytes")
                    .hasMessageContaining("Choose a shorter one");
            assertThat(base).isEmptyDirectory();
        } finally {
            Files.delete(base);
        }
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    @SuppressWarnings("NullAway") // misuse
    void serverThatFailsBehindItsFileLeavesNothing() throws Exception {
        Set<String> before = Descriptors.sockets();

        assertThatThrownBy(() -> UnixServer.serve(path, null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> TcpServer.serve(TcpPair.loopback(), null)).isInstanceOf(NullPointerException.class);

        assertThat(directory).isEmptyDirectory();
        assertThat(Descriptors.sockets()).isEqualTo(before);
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void failureSaysWhatIsWrongAndNotOnlyWhere() {
        assertThatThrownBy(() -> UnixServer.serve(directory.resolve("none/s"), Talk::echo))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("NoSuchFileException");
        assertThatThrownBy(() -> UnixStream.connect(directory.resolve("a\nb")))
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("a\\nb: No such file");
    }

    // ---- two servers at once

    /** What one of two servers that start at once has come to. */
    private enum Outcome {
        SERVES,
        REFUSED
    }

    /** One of the two, on a loop of its own. */
    private List<Outcome> startOverAndOver(int id, int rounds, boolean leftOver, CyclicBarrier barrier)
            throws Exception {
        return EventLoop.run(() -> {
            var outcomes = new ArrayList<Outcome>();
            for (int round = 0; round < rounds; round++) {
                if (id == 0 && leftOver) {
                    leaveSocketBehind();
                }
                meet(barrier);
                try (UnixServer server = UnixServer.serve(path, stream -> stream.write(new byte[] {(byte) id}))) {
                    meet(barrier);
                    meet(barrier);
                    outcomes.add(Outcome.SERVES);
                    assertThat(server.state()).isEqualTo(ServerState.SERVING);
                } catch (BindException refused) {
                    meet(barrier);
                    try (UnixStream stream = UnixStream.connect(path)) {
                        assertThat(stream.readExactly(1))
                                .as("leads to the other")
                                .containsExactly(1 - id);
                    }
                    meet(barrier);
                    outcomes.add(Outcome.REFUSED);
                }
                meet(barrier);
                assertThat(directory).isEmptyDirectory();
                meet(barrier);
            }
            return outcomes;
        });
    }

    /** Of two that serve, none connects: the number of meetings is the same. */
    private static void meet(CyclicBarrier barrier) throws Exception {
        Async.offload(() -> {
            barrier.await(10, TimeUnit.SECONDS);
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void ofTwoServersThatStartAtOnceOneIsRefused(boolean leftOver) throws Exception {
        int rounds = 50;
        var barrier = new CyclicBarrier(2);
        try (var threads = Executors.newFixedThreadPool(2)) {
            Future<List<Outcome>> first = threads.submit(() -> startOverAndOver(0, rounds, leftOver, barrier));
            Future<List<Outcome>> second = threads.submit(() -> startOverAndOver(1, rounds, leftOver, barrier));
            List<Outcome> ofFirst = first.get(60, TimeUnit.SECONDS);
            List<Outcome> ofSecond = second.get(60, TimeUnit.SECONDS);

            assertThat(ofFirst).hasSize(rounds);
            for (int round = 0; round < rounds; round++) {
                assertThat(List.of(ofFirst.get(round), ofSecond.get(round)))
                        .as("round %d", round)
                        .containsExactlyInAnyOrder(Outcome.SERVES, Outcome.REFUSED);
            }
        }
    }

    /** {@return which server answers} */
    private int answering() throws IOException {
        try (UnixStream stream = UnixStream.connect(path)) {
            return stream.readExactly(1)[0];
        }
    }

    /** {@return for each round the server that answered, which is this one if it was not refused} */
    private List<Integer> startAmongMany(int id, int rounds, CyclicBarrier barrier) throws Exception {
        return EventLoop.run(() -> {
            var answers = new ArrayList<Integer>();
            for (int round = 0; round < rounds; round++) {
                if (id == 0) {
                    leaveSocketBehind();
                }
                meet(barrier);
                UnixServer server = null;
                try {
                    server = UnixServer.serve(path, stream -> stream.write(new byte[] {(byte) id}));
                } catch (BindException refused) {
                    // by the one that answers
                }
                meet(barrier);
                answers.add(answering());
                assertThat(answers.getLast() == id)
                        .as("server %d has the file in round %d", id, round)
                        .isEqualTo(server != null);
                meet(barrier);
                if (server != null) {
                    server.close();
                }
                meet(barrier);
                assertThat(directory).isEmptyDirectory();
                meet(barrier);
            }
            return answers;
        });
    }

    @Test
    void ofManyServersThatStartAtOnceOverALeftOverFileOneServesAndKeepsItsFile() throws Exception {
        int servers = 6;
        int rounds = 100;
        var barrier = new CyclicBarrier(servers);
        try (var threads = Executors.newFixedThreadPool(servers)) {
            var outcomes = new ArrayList<Future<List<Integer>>>();
            for (int i = 0; i < servers; i++) {
                int id = i;
                outcomes.add(threads.submit(() -> startAmongMany(id, rounds, barrier)));
            }
            List<Integer> ofFirst = outcomes.getFirst().get(60, TimeUnit.SECONDS);
            assertThat(ofFirst).hasSize(rounds);
            for (Future<List<Integer>> outcome : outcomes) {
                assertThat(outcome.get(60, TimeUnit.SECONDS)).isEqualTo(ofFirst);
            }
        }
    }

    private Path claimOnLeftOver() throws IOException {
        leaveSocketBehind();
        Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        return directory.resolve(SocketFile.nameOfClaim(key));
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void leftOverFileThatAnotherServerIsReplacingIsNotTouched() throws Exception {
        Path claim = claimOnLeftOver();
        Object leftOver = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        try (var other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.bind(UnixDomainSocketAddress.of(claim));

            assertThatThrownBy(() -> UnixServer.serve(path, Talk::echo))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("cannot listen on " + path);

            assertThat(Files.readAttributes(path, BasicFileAttributes.class).fileKey())
                    .isEqualTo(leftOver);
            assertThat(directory).isDirectoryContaining(file -> file.equals(claim));
        }
        Files.delete(claim);
        Files.delete(path);
        assertThat(directory).isEmptyDirectory();
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void claimOfAServerThatHasDiedIsReplacedToo() throws Exception {
        Path claim = claimOnLeftOver();
        try (var dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(claim));
        }

        try (UnixServer server = UnixServer.serve(path, Talk::echo)) {
            assertEchoes();
            try (var files = Files.list(directory)) {
                assertThat(files).containsExactly(server.path());
            }
        }
    }

    // ---- links

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void linkIsNotFollowed() throws Exception {
        Path secret = Files.createFile(
                directory.resolve("secret"), PosixFilePermissions.asFileAttribute(SocketFile.OWNER_ONLY));
        Files.createSymbolicLink(path, secret);

        assertThatThrownBy(() -> UnixServer.serve(ServerOptions.defaults(), path, FOR_ALL, Talk::echo))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("cannot listen on " + path)
                .hasMessageContaining("not a socket");

        assertThat(Files.getPosixFilePermissions(secret)).isEqualTo(SocketFile.OWNER_ONLY);
        assertThat(secret).isEmptyFile();
        assertThat(path).isSymbolicLink();
        assertThat(directory)
                .isDirectoryNotContaining(file -> file.getFileName().toString().startsWith(".gyre"));
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void linkToASocketThatIsLeftOverIsNotFollowedEither() throws Exception {
        Path other = directory.resolve("other");
        try (var left = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            left.bind(UnixDomainSocketAddress.of(other));
        }
        Files.setPosixFilePermissions(other, SocketFile.OWNER_ONLY);
        Files.createSymbolicLink(path, other);

        assertThatThrownBy(() -> UnixServer.serve(ServerOptions.defaults(), path, FOR_ALL, Talk::echo))
                .isInstanceOf(BindException.class);

        assertThat(Files.getPosixFilePermissions(other)).isEqualTo(SocketFile.OWNER_ONLY);
        assertThat(path).isSymbolicLink();
    }

    // ---- a channel that is bound already

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void socketThatListensAlreadyIsServedAndItsFileIsLeft() throws Exception {
        ServerSocketChannel bound = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        bound.bind(UnixDomainSocketAddress.of(path));

        try (UnixServer server = UnixServer.serve(ServerOptions.defaults(), bound, Talk::echo)) {
            assertThat(server.path()).isEqualTo(path);
            assertEchoes();
            assertEchoes();
        }

        assertThat(bound.isOpen()).isFalse();
        assertThat(path).exists();
        assertThatThrownBy(() -> UnixStream.connect(path)).isInstanceOf(ConnectException.class);
    }
}
