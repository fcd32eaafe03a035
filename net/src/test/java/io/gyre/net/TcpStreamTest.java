package io.gyre.net;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.net.Talk.bytes;
import static io.gyre.net.Talk.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.BusyException;
import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.Task;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future.State;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TcpStreamTest {
    private static void letOthersPark() {
        for (int i = 0; i < 3; i++) {
            yieldNow();
        }
    }

    /** What it does afterwards fails as with a closed channel, and costs no socket. */
    @Test
    void streamThatHasGivenItsConnectionAwayNeedsNoSocketOfItsOwn() throws Exception {
        TcpPair.run((left, right) -> {
            try (SocketChannel one = left.detach().channel();
                    SocketChannel other = right.detach().channel()) {
                assertThat(one).isNotSameAs(other);
                assertThat(left.channel()).isSameAs(right.channel());
                assertThat(left.channel().isOpen()).isFalse();
            }
        });
    }

    // ---- write

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void largeWriteArrivesWhole(boolean direct) throws Exception {
        TcpPair.run((left, right) -> {
            byte[] sent = random(20_000_000);
            ByteBuffer buffer = direct ? ByteBuffer.allocateDirect(sent.length) : ByteBuffer.allocate(sent.length);
            Task<?> writer = createTask(() -> left.write(buffer.put(sent).flip()));

            assertThat(right.readExactly(sent.length)).isEqualTo(sent);
            writer.await();
            assertThat(buffer.hasRemaining()).isFalse();
        });
    }

    @Test
    void writerThatIsNeverHeldBackLetsOthersRun() throws Exception {
        TcpPair.run((left, right) -> {
            int[] turns = {0};
            Task<?> other = createTask(() -> {
                while (true) {
                    turns[0]++;
                    yieldNow();
                }
            });
            Task<?> reader = createTask(() -> right.readExactly(ByteBuffer.allocateDirect(60_000_000)));

            left.write(ByteBuffer.allocate(60_000_000));
            reader.await();

            assertThat(turns[0]).isGreaterThan(2);
            other.cancelAndJoin("test");
        });
    }

    @Test
    void writeWaitsWhileThePeerDoesNotRead() throws Exception {
        TcpPair.run((left, right) -> {
            ByteBuffer much = ByteBuffer.allocate(50_000_000);
            Task<?> writer = createTask(() -> left.write(much));
            letOthersPark();

            assertThat(writer.isDone()).isFalse();
            assertThat(writer.waitsFor()).contains("writable");
            right.readExactly(much.capacity());
            writer.await();
        });
    }

    @Test
    void oneTaskReadsWhileAnotherWrites() throws Exception {
        TcpPair.run((left, right) -> {
            Task<byte[]> reader = createTask(() -> left.readExactly(3));
            letOthersPark();

            left.write(bytes("abc"));
            right.write(right.readExactly(3));

            assertThat(reader.await()).isEqualTo(bytes("abc"));
        });
    }

    // ---- two at once

    @Test
    void twoReadersAreNamed() throws Exception {
        TcpPair.run((left, right) -> {
            Task<Integer> first = createTask("first", () -> right.read(ByteBuffer.allocate(1)));
            letOthersPark();

            assertThatThrownBy(() -> right.read(ByteBuffer.allocate(1)))
                    .isInstanceOf(BusyException.class)
                    .hasMessageContaining("'first'")
                    .hasMessageContaining("'main'")
                    .hasMessageContaining("reading side of TcpStream[127.0.0.1:"
                            + left.local().getPort());
            left.write(bytes("x"));
            assertThat(first.await()).isEqualTo(1);
        });
    }

    @Test
    void twoWritersAreNamedAndHalfCloseCountsAsOne() throws Exception {
        TcpPair.run((left, right) -> {
            Task<?> first = createTask("first", () -> left.write(ByteBuffer.allocate(50_000_000)));
            letOthersPark();

            assertThatThrownBy(() -> left.write(bytes("x")))
                    .isInstanceOf(BusyException.class)
                    .hasMessageContaining("'first'")
                    .hasMessageContaining("writing side");
            assertThatThrownBy(left::closeOutput).isInstanceOf(BusyException.class);
            first.cancel("done");
            assertThatThrownBy(first::await).isInstanceOf(CompletionException.class);
        });
    }

    // ---- cancellation

    @Test
    void cancelledReadLosesNothing() throws Exception {
        TcpPair.run((left, right) -> {
            Task<Integer> parked = createTask(() -> right.read(ByteBuffer.allocate(10)));
            letOthersPark();

            parked.cancel("test");
            letOthersPark();

            assertThat(parked.isCancelled()).isTrue();
            left.write(bytes("x"));
            assertThat(right.readExactly(1)).isEqualTo(bytes("x"));
        });
    }

    @Test
    void readThatIsCancelledBeforeItBeginsTakesNothing() throws Exception {
        TcpPair.run((left, right) -> {
            left.write(bytes("x"));
            Task<Integer> task = createTask(() -> {
                currentTask().cancel("test");
                return right.read(ByteBuffer.allocate(10));
            });

            assertThatThrownBy(task::await).hasCauseInstanceOf(CancelledException.class);
            assertThat(right.readExactly(1)).isEqualTo(bytes("x"));
        });
    }

    @Test
    void cancelledReadExactlyGivesBackWhatHasCome() throws Exception {
        TcpPair.run((left, right) -> {
            left.write(bytes("abc"));
            Task<byte[]> parked = createTask(() -> right.readExactly(6));
            letOthersPark();
            parked.cancel("test");
            assertThatThrownBy(parked::await).hasCauseInstanceOf(CancelledException.class);

            left.write(bytes("def"));

            assertThat(right.readExactly(6)).isEqualTo(bytes("abcdef"));
        });
    }

    @Test
    void cancelledReadLineGivesBackWhatHasCome() throws Exception {
        TcpPair.run((left, right) -> {
            left.write(bytes("ab"));
            Task<String> parked = createTask(() -> right.readLine(100).orElseThrow());
            letOthersPark();
            parked.cancel("test");
            assertThatThrownBy(parked::await).hasCauseInstanceOf(CancelledException.class);

            left.write(bytes("c\n"));

            assertThat(right.readLine(100)).contains("abc");
        });
    }

    @Test
    void cancelledWriteSaysHowMuchWasSent() throws Exception {
        TcpPair.run((left, right) -> {
            ByteBuffer much = ByteBuffer.wrap(random(50_000_000));
            Task<?> writer = createTask(() -> left.write(much));
            letOthersPark();

            writer.cancel("test");
            assertThatThrownBy(writer::await).hasCauseInstanceOf(CancelledException.class);

            int sent = much.position();
            assertThat(sent).isPositive();
            left.closeOutput();
            assertThat(right.readExactly(sent)).isEqualTo(Arrays.copyOf(much.array(), sent));
            assertThat(right.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        });
    }

    // ---- ending

    @Test
    void closeWakesTheReader() throws Exception {
        TcpPair.run((left, right) -> {
            Task<Integer> reader = createTask(() -> right.read(ByteBuffer.allocate(1)));
            letOthersPark();

            right.close();

            assertThatThrownBy(reader::await).hasCauseInstanceOf(AsynchronousCloseException.class);
            assertThat(right.isOpen()).isFalse();
            right.close();
            assertThatThrownBy(() -> right.read(ByteBuffer.allocate(1))).isInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(() -> right.write(bytes("x"))).isInstanceOf(ClosedChannelException.class);
        });
    }

    @Test
    void closeDeliversWhatWasWritten() throws Exception {
        TcpPair.run((left, right) -> {
            left.write(random(100_000));
            left.close();

            assertThat(right.readExactly(100_000)).isEqualTo(random(100_000));
            assertThat(right.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        });
    }

    @Test
    void halfCloseLeavesTheOtherDirectionOpen() throws Exception {
        TcpPair.run((left, right) -> {
            left.closeOutput();
            left.closeOutput();

            assertThat(right.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            right.write(bytes("answer"));
            assertThat(left.readExactly(6)).isEqualTo(bytes("answer"));
        });
    }

    @Test
    void abortResetsTheConnection() throws Exception {
        TcpPair.run((left, right) -> {
            Task<Integer> reader = createTask(() -> right.read(ByteBuffer.allocate(1)));
            letOthersPark();

            left.abort();
            left.abort();

            assertThatThrownBy(reader::await)
                    .cause()
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("reset");
        });
    }

    // ---- connecting

    @Test
    void connectThatIsRefusedNamesTheAddress() throws Exception {
        InetSocketAddress nobody;
        try (var socket = new ServerSocket(0)) {
            nobody = new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());
        }

        TcpPair.runLoop(() -> {
            assertThatThrownBy(() -> TcpStream.connect(nobody))
                    .isInstanceOf(ConnectException.class)
                    .hasMessageContaining("127.0.0.1:" + nobody.getPort())
                    .hasMessageContaining("refused");
            assertThat(EventLoop.current().statistics().tasks()).isEqualTo(1);
        });
    }

    @Test
    void connectByNameTriesEachAddress() throws Exception {
        TcpPair.runLoop(() -> {
            try (TcpServer server = TcpServer.serve(TcpPair.loopback(), stream -> {});
                    TcpStream stream =
                            TcpStream.connect("localhost", server.address().getPort())) {
                assertThat(stream.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            }
        });
    }

    @Test
    void connectToAnUnknownNameSaysSo() throws Exception {
        TcpPair.runLoop(() -> {
            assertThatThrownBy(() -> TcpStream.connect("no-such-host.invalid", 1))
                    .isInstanceOf(UnknownHostException.class);
            assertThatThrownBy(() -> TcpStream.connect(InetSocketAddress.createUnresolved("some-host", 1)))
                    .isInstanceOf(UnknownHostException.class)
                    .hasMessageContaining("connect(host, port)");
        });
    }

    @Test
    void connectInACancelledTaskOpensNothing() throws Exception {
        TcpPair.runLoop(() -> {
            try (TcpServer server = TcpServer.serve(TcpPair.loopback(), stream -> {})) {
                Task<?> task = createTask(() -> {
                    currentTask().cancel("test");
                    TcpStream.connect(server.address());
                });

                assertThatThrownBy(task::await).hasCauseInstanceOf(CancelledException.class);
                sleep(Duration.ZERO);
                assertThat(EventLoop.current().statistics().channels()).isEqualTo(1);
            }
        });
    }

    @Test
    void connectionKnowsItsAddressesAndOptions() throws Exception {
        TcpPair.run((left, right) -> {
            assertThat(left.peer()).isEqualTo(right.local());
            assertThat(right.peer()).isEqualTo(left.local());
            assertThat(left.option(StandardSocketOptions.TCP_NODELAY)).isTrue();
            assertThat(right.option(StandardSocketOptions.TCP_NODELAY)).isTrue();
            left.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            assertThat(left.option(StandardSocketOptions.SO_KEEPALIVE)).isTrue();
            assertThat(left).hasToString("TcpStream[127.0.0.1:" + right.local().getPort() + "]");
        });
    }

    @Test
    void streamOfAnotherLoopIsRefused() throws Exception {
        TcpPair.run((left, right) -> EventLoop.run(() -> assertThatThrownBy(() -> left.write(bytes("x")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("A stream belongs to the loop that created it")));
    }

    @Test
    void endedConnectionsLeaveNothingBehind() throws Exception {
        TcpPair.runLoop(() -> {
            try (TcpServer server =
                    TcpServer.serve(TcpPair.loopback(), stream -> stream.read(ByteBuffer.allocate(1)))) {
                for (int i = 0; i < 20; i++) {
                    TcpStream.connect(server.address()).close();
                }
                Task<?> connection =
                        createTask(() -> TcpStream.connect(server.address()).abort());
                connection.await();
                while (server.statistics().accepted() < 21
                        || server.statistics().active() > 0) {
                    sleep(Duration.ofMillis(1));
                }

                assertThat(connection.state()).isEqualTo(State.SUCCESS);
                assertThat(EventLoop.current().statistics().channels()).isEqualTo(1);
                assertThat(EventLoop.current().statistics().tasks()).isEqualTo(2);
                assertThat(EventLoop.current().statistics().timers()).isZero();
            }
        });
    }

    @Test
    void channelThatIsNoConnectionOfTcpIsRefusedAndClosed(@TempDir Path directory) throws Exception {
        TcpPair.runLoop(() -> {
            SocketChannel unconnected = SocketChannel.open();
            assertThatExceptionOfType(NotYetConnectedException.class).isThrownBy(() -> TcpStream.of(unconnected));
            assertThat(unconnected.isOpen()).isFalse();

            UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("socket"));
            try (var listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                listening.bind(address);
                SocketChannel unix = SocketChannel.open(address);
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> TcpStream.of(unix))
                        .withMessageContaining("UnixStream.of");
                assertThat(unix.isOpen()).isFalse();
            }
        });
    }

    /** A file that is shorter than was thought, and says on which thread it is asked. */
    private static final class EmptyFile extends FileChannel {
        private final List<Thread> askedBy = new CopyOnWriteArrayList<>();

        @Override
        public long size() {
            askedBy.add(Thread.currentThread());
            return 0;
        }

        @Override
        public long transferTo(long position, long count, WritableByteChannel target) {
            return 0;
        }

        @Override
        public long transferFrom(ReadableByteChannel source, long position, long count) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int read(ByteBuffer target) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long read(ByteBuffer[] targets, int offset, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int read(ByteBuffer target, long position) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int write(ByteBuffer source) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long write(ByteBuffer[] sources, int offset, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int write(ByteBuffer source, long position) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long position() {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileChannel position(long newPosition) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileChannel truncate(long size) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void force(boolean metaData) {
            throw new UnsupportedOperationException();
        }

        @Override
        public MappedByteBuffer map(MapMode mode, long position, long size) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileLock lock(long position, long size, boolean shared) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileLock tryLock(long position, long size, boolean shared) {
            throw new UnsupportedOperationException();
        }

        @Override
        protected void implCloseChannel() {}
    }

    @Test
    void fileIsAskedForItsSizeInAnotherThreadToo() throws Exception {
        TcpPair.run((left, right) -> {
            var file = new EmptyFile();

            assertThatExceptionOfType(EOFException.class).isThrownBy(() -> left.sendFile(file, 0, 10));
            assertThatExceptionOfType(EOFException.class)
                    .isThrownBy(() -> RawSockets.sendFile(left.channel(), file, 0, 10));

            assertThat(file.askedBy).hasSize(2).noneMatch(Thread::isVirtual);
        });
    }
}
