package io.gyre.net;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.testing.LoopTesting.assertDoesNotSuspend;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static io.gyre.net.UdpPair.bytes;
import static io.gyre.net.UdpPair.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.BusyException;
import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopFuture;
import io.gyre.loop.Task;
import io.gyre.loop.WrongLoopException;
import io.gyre.loop.testing.LoopTest;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

final class UdpReceiveTest {
    // ---- packets

    @LoopTest
    void packetKnowsItsSender() throws Exception {
        try (UdpPair pair = UdpPair.bound()) {
            pair.sendRight("hello");

            Packet packet = pair.right().receive();

            assertThat(text(packet.bytes())).isEqualTo("hello");
            assertThat(packet.sender()).isEqualTo(pair.left().local());
        }
    }

    @LoopTest
    void packetBelongsToWhoReceivesIt() throws Exception {
        try (UdpPair pair = UdpPair.bound()) {
            pair.sendRight("first");
            pair.sendRight("second");

            ByteBuffer first = pair.right().receive().bytes();
            pair.right().receive();

            assertThat(text(first)).isEqualTo("first");
            assertThat(first.capacity()).isEqualTo(5);
        }
    }

    @LoopTest
    void packetsAreNotJoined() throws Exception {
        try (UdpPair pair = UdpPair.bound()) {
            pair.sendRight("a");
            pair.sendRight("");
            pair.sendRight("b");

            assertThat(text(pair.right().receive().bytes())).isEqualTo("a");
            assertThat(text(pair.right().receive().bytes())).isEmpty();
            assertThat(text(pair.right().receive().bytes())).isEqualTo("b");
        }
    }

    @LoopTest
    void receiveFillsBuffersOfAllKinds() throws Exception {
        try (UdpPair pair = UdpPair.bound()) {
            for (ByteBuffer buffer : List.of(
                    ByteBuffer.allocate(10),
                    ByteBuffer.allocateDirect(10),
                    ByteBuffer.allocate(100_000),
                    ByteBuffer.allocateDirect(100_000))) {
                buffer.put((byte) '>');
                pair.sendRight("hello");

                InetSocketAddress sender = pair.right().receive(buffer);

                assertThat(sender).isEqualTo(pair.left().local());
                assertThat(text(buffer.flip())).isEqualTo(">hello");
            }
        }
    }

    @LoopTest
    void receiveWaitsForAPacket() throws Exception {
        try (UdpPair pair = UdpPair.bound()) {
            Task<Packet> receiver = createTask(() -> pair.right().receive());
            awaitAllTasksParked();
            assertThat(receiver.waitsFor())
                    .contains("readable")
                    .contains("" + pair.right().local().getPort());

            pair.sendRight("hello");

            assertThat(text(receiver.await().bytes())).isEqualTo("hello");
        }
    }

    @LoopTest
    void bufferThatWaitsIsFilledToo() throws Exception {
        try (UdpPair pair = UdpPair.bound()) {
            ByteBuffer buffer = ByteBuffer.allocate(10);
            Task<InetSocketAddress> receiver = createTask(() -> pair.right().receive(buffer));
            awaitAllTasksParked();

            pair.sendRight("hello");

            assertThat(receiver.await()).isEqualTo(pair.left().local());
            assertThat(text(buffer.flip())).isEqualTo("hello");
        }
    }

    @LoopTest
    void connectedSocketHearsItsPeerAlone() throws Exception {
        try (UdpPair pair = UdpPair.connected();
                UdpSocket stranger = UdpSocket.bind(TcpPair.loopback())) {
            stranger.send(bytes("stranger"), pair.left().local());
            pair.right().send(bytes("peer"), pair.left().local());

            Packet packet = pair.left().receive();

            assertThat(text(packet.bytes())).isEqualTo("peer");
            assertThat(packet.sender()).isEqualTo(pair.right().local());
            assertThat(pair.left().tryReceive()).isEmpty();
        }
    }

    // ---- too large

    @LoopTest
    void packetThatDoesNotFitIsKept() throws Exception {
        try (UdpPair pair = UdpPair.bound()) {
            ByteBuffer small = ByteBuffer.allocate(4);
            pair.sendRight("hello");
            pair.sendRight("next");

            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> pair.right().receive(small))
                        .isInstanceOfSatisfying(PacketTooLargeException.class, tooLarge -> {
                            assertThat(tooLarge.size()).isEqualTo(5);
                            assertThat(tooLarge.limit()).isEqualTo(4);
                        })
                        .hasMessageContaining("has 5 bytes, and 4 fit")
                        .hasMessageContaining(Addresses.text(pair.left().local()))
                        .hasMessageContaining("larger buffer");
                assertThat(small.position()).isZero();
            }

            ByteBuffer large = ByteBuffer.allocate(5);
            assertThat(pair.right().receive(large)).isEqualTo(pair.left().local());
            assertThat(text(large.flip())).isEqualTo("hello");
            pair.right().receive(small);
            assertThat(text(small.flip())).isEqualTo("next");
            assertThat(pair.right().statistics().packetsReceived()).isEqualTo(2);
        }
    }

    @LoopTest
    void packetThatDidNotFitIsReceivedWithoutABuffer() throws Exception {
        try (UdpPair pair = UdpPair.bound()) {
            pair.sendRight("hello");
            assertThatThrownBy(() -> pair.right().receive(ByteBuffer.allocateDirect(4)))
                    .isInstanceOf(PacketTooLargeException.class);

            assertThat(text(pair.right().receive().bytes())).isEqualTo("hello");
        }
    }

    @LoopTest
    void bufferThatIsReadOnlyTakesNothing() throws Exception {
        try (UdpPair pair = UdpPair.bound()) {
            pair.sendRight("hello");

            assertThatThrownBy(() -> pair.right().receive(bytes("buffer").asReadOnlyBuffer()))
                    .isInstanceOf(ReadOnlyBufferException.class);
            assertThat(text(pair.right().receive().bytes())).isEqualTo("hello");
        }
    }

    // ---- without waiting

    @LoopTest
    void tryReceiveNeverWaits() throws Exception {
        try (UdpPair pair = UdpPair.bound()) {
            assertThat(assertDoesNotSuspend(() -> pair.right().tryReceive())).isEmpty();

            pair.sendRight("hello");

            assertThat(assertDoesNotSuspend(() -> pair.right().tryReceive()))
                    .hasValueSatisfying(
                            packet -> assertThat(text(packet.bytes())).isEqualTo("hello"));
        }
    }

    @LoopTest
    void tryReceiveWorksInACallback(EventLoop loop) throws Exception {
        try (UdpPair pair = UdpPair.bound()) {
            LoopFuture<String> received = loop.createFuture();
            pair.sendRight("hello");

            loop.callSoon(() -> {
                try {
                    received.setResult(
                            text(pair.right().tryReceive().orElseThrow().bytes()));
                } catch (Exception failure) {
                    received.setException(failure);
                }
            });

            assertThat(received.await()).isEqualTo("hello");
        }
    }

    // ---- iterating

    @LoopTest
    void iterationEndsWhenTheSocketIsClosed() throws Exception {
        try (UdpPair pair = UdpPair.bound()) {
            List<String> received = new ArrayList<>();
            Task<?> server = createTask(() -> {
                for (Packet packet : pair.right()) {
                    received.add(text(packet.bytes()));
                }
            });
            pair.sendRight("one");
            pair.sendRight("two");
            awaitAllTasksParked();

            pair.right().close();

            server.await();
            assertThat(received).containsExactly("one", "two");
            assertThat(pair.right().iterator().hasNext()).isFalse();
            assertThatThrownBy(() -> pair.right().iterator().next())
                    .isInstanceOf(NoSuchElementException.class)
                    .hasMessageContaining("is closed");
        }
    }

    @LoopTest
    void packetThatAnIteratorHasLookedAtIsNotLost() throws Exception {
        try (UdpPair pair = UdpPair.bound()) {
            pair.sendRight("hello");
            Iterator<Packet> iterator = pair.right().iterator();

            assertThat(iterator.hasNext()).isTrue();
            assertThat(iterator.hasNext()).isTrue();

            assertThat(text(pair.right().receive().bytes())).isEqualTo("hello");
        }
    }

    @LoopTest
    void failureOfAnIterationIsWrapped() throws Exception {
        try (UdpSocket socket = UdpSocket.connect(UdpPair.nobody())) {
            socket.send(bytes("hello"));

            assertThatThrownBy(() -> socket.iterator().hasNext())
                    .isInstanceOf(UncheckedIOException.class)
                    .hasCauseInstanceOf(PortUnreachableException.class);
        }
    }

    @LoopTest
    void cancelledIterationLosesNothing() throws Exception {
        try (UdpPair pair = UdpPair.bound()) {
            Task<?> server = createTask(() -> pair.right().iterator().next());
            awaitAllTasksParked();

            server.cancel("test");
            assertThatThrownBy(server::await).hasCauseInstanceOf(CancelledException.class);
            pair.sendRight("hello");

            assertThat(text(pair.right().receive().bytes())).isEqualTo("hello");
        }
    }

    // ---- nobody there

    @LoopTest
    void refusedPacketIsToldToTheNextReceive() throws Exception {
        InetSocketAddress nobody = UdpPair.nobody();
        try (UdpSocket socket = UdpSocket.connect(nobody)) {
            socket.send(bytes("hello"));

            assertThatThrownBy(() -> socket.receive())
                    .isInstanceOf(PortUnreachableException.class)
                    .hasMessageContaining(Addresses.text(nobody))
                    .hasMessageContaining("no socket receives");
            assertThat(socket.tryReceive()).as("once").isEmpty();
        }
    }

    @LoopTest
    void refusedPacketWakesTheReceiver() throws Exception {
        try (UdpSocket socket = UdpSocket.connect(UdpPair.nobody())) {
            Task<Packet> receiver = createTask(() -> socket.receive());
            awaitAllTasksParked();

            socket.send(bytes("hello"));

            assertThatThrownBy(receiver::await).hasCauseInstanceOf(PortUnreachableException.class);
        }
    }

    // ---- misuse

    @LoopTest
    void twoReceiversAreNamed() throws Exception {
        try (UdpPair pair = UdpPair.bound()) {
            Task<Packet> first = createTask("first", () -> pair.right().receive());
            awaitAllTasksParked();

            assertThatThrownBy(() -> pair.right().receive(ByteBuffer.allocate(1)))
                    .isInstanceOf(BusyException.class)
                    .hasMessageContaining("'first'")
                    .hasMessageContaining("'main'")
                    .hasMessageContaining("receiving side of UdpSocket[127.0.0.1:"
                            + pair.right().local().getPort() + "]");
            assertThatThrownBy(() -> pair.right().receive()).isInstanceOf(BusyException.class);
            assertThatThrownBy(() -> pair.right().tryReceive()).isInstanceOf(BusyException.class);
            pair.sendRight("hello");
            assertThat(text(first.await().bytes())).isEqualTo("hello");
        }
    }

    @LoopTest
    void taskOfAnotherLoopIsRefused() throws Exception {
        try (UdpPair pair = UdpPair.bound()) {
            pair.sendRight("hello");

            EventLoop.run(() -> {
                assertThatThrownBy(() -> pair.right().receive())
                        .isInstanceOf(WrongLoopException.class)
                        .hasMessageContaining("UdpSocket[127.0.0.1:")
                        .hasMessageContaining("belongs to the loop that created it");
                assertThatThrownBy(() -> pair.right().receive(ByteBuffer.allocate(9)))
                        .isInstanceOf(WrongLoopException.class);
                assertThatThrownBy(() -> pair.right().tryReceive()).isInstanceOf(WrongLoopException.class);
                assertThatThrownBy(() -> pair.right().iterator().hasNext()).isInstanceOf(WrongLoopException.class);
            });

            assertThat(text(pair.right().receive().bytes())).isEqualTo("hello");
        }
    }

    // ---- cancellation

    @LoopTest
    void receiveThatIsCancelledBeforeItBeginsTakesNothing() throws Exception {
        try (UdpPair pair = UdpPair.bound()) {
            pair.sendRight("hello");
            Task<Packet> task = createTask(() -> {
                currentTask().cancel("test");
                return pair.right().receive();
            });

            assertThatThrownBy(task::await).hasCauseInstanceOf(CancelledException.class);
            assertThat(text(pair.right().receive().bytes())).isEqualTo("hello");
        }
    }

    @LoopTest
    void receiveThatIsCancelledWhileItWaitsLosesNothing() throws Exception {
        try (UdpPair pair = UdpPair.bound()) {
            Task<Packet> parked = createTask(() -> pair.right().receive());
            Task<?> parkedWithBuffer = createTask(() -> pair.left().receive(ByteBuffer.allocate(9)));
            awaitAllTasksParked();

            parked.cancel("test");
            parkedWithBuffer.cancel("test");

            assertThatThrownBy(parked::await).hasCauseInstanceOf(CancelledException.class);
            assertThatThrownBy(parkedWithBuffer::await).hasCauseInstanceOf(CancelledException.class);
            pair.sendRight("hello");
            assertThat(text(pair.right().receive().bytes())).isEqualTo("hello");
        }
    }

    @LoopTest
    void packetThatHasWokenACancelledTaskIsDelivered() throws Exception {
        try (UdpPair pair = UdpPair.bound()) {
            List<String> received = new ArrayList<>();
            Task<?> task = createTask(() -> {
                received.add(text(pair.right().receive().bytes()));
                yieldNow();
            });
            awaitAllTasksParked();

            pair.sendRight("hello");
            yieldNow(); // behind this the poll has made the task ready, and it has not run
            assertThat(task.waitsFor()).isNull();
            task.cancel("test");

            assertThatThrownBy(task::await).hasCauseInstanceOf(CancelledException.class);
            assertThat(received).containsExactly("hello");
            assertThat(pair.right().isOpen()).isTrue();
        }
    }

    // ---- ending

    @LoopTest
    void closeWakesTheReceiver() throws Exception {
        try (UdpPair pair = UdpPair.bound()) {
            Task<Packet> receiver = createTask(() -> pair.right().receive());
            awaitAllTasksParked();

            pair.right().close();
            pair.right().close();

            assertThatThrownBy(receiver::await).hasCauseInstanceOf(AsynchronousCloseException.class);
            assertThat(pair.right().isOpen()).isFalse();
            assertThatThrownBy(() -> pair.right().receive()).isInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(() -> pair.right().receive(ByteBuffer.allocate(1)))
                    .isInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(() -> pair.right().tryReceive()).isInstanceOf(ClosedChannelException.class);
        }
    }

    @LoopTest
    void closedSocketsLeaveNothingBehind() throws Exception {
        for (int i = 0; i < 20; i++) {
            try (UdpPair pair = UdpPair.connected()) {
                Task<Packet> receiver = createTask(() -> pair.right().receive());
                awaitAllTasksParked();
                pair.sendRight("hello");
                receiver.await();
            }
        }
        yieldNow();

        assertThat(EventLoop.current().statistics().channels()).isZero();
        assertThat(EventLoop.current().statistics().timers()).isZero();
        assertThat(EventLoop.current().tasks()).containsExactly(currentTask());
    }
}
