package io.gyre.examples.time;

import static io.gyre.examples.Talk.ANY_PORT;
import static io.gyre.loop.Async.createTask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.VirtualClock;
import io.gyre.net.UdpSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

final class TimeTest {
    private static final Instant NOW = Instant.parse("2026-07-28T12:34:56Z");
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private static Task<?> serve(UdpSocket socket) {
        return createTask("time server", () -> TimeServer.serve(socket, InstantSource.fixed(NOW)));
    }

    @LoopTest
    void clientIsToldTheTime() throws Exception {
        Task<?> server;
        try (UdpSocket socket = UdpSocket.bind(ANY_PORT)) {
            server = serve(socket);

            assertThat(TimeClient.ask(socket.local(), PATIENCE, 1)).isEqualTo(NOW);
        }
        server.await(); // it ends when its socket is closed
    }

    @LoopTest
    void clientReachesAServerOverIPv6Too() throws Exception {
        Task<?> server;
        try (UdpSocket socket = UdpSocket.bind(new InetSocketAddress(InetAddress.ofLiteral("::1"), 0))) {
            server = serve(socket);

            assertThat(TimeClient.ask(socket.local(), PATIENCE, 1)).isEqualTo(NOW);
        }
        server.await();
    }

    @LoopTest
    void answerIsTheSecondsSince1900InFourBytes() throws Exception {
        Task<?> server;
        try (UdpSocket socket = UdpSocket.bind(ANY_PORT);
                UdpSocket client = UdpSocket.bind(ANY_PORT)) {
            server = serve(socket);
            client.send(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), socket.local()); // no question, and not answered
            client.send(ByteBuffer.allocate(0), socket.local());

            ByteBuffer answer = client.receive().bytes();

            assertThat(answer.remaining()).isEqualTo(4);
            assertThat(Integer.toUnsignedLong(answer.getInt())).isEqualTo(NOW.getEpochSecond() + 2_208_988_800L);
            assertThat(socket.statistics().packetsSent()).isEqualTo(1);
        }
        server.await();
    }

    /** The clock jumps: that a packet is lost costs no real time. */
    @LoopTest(time = LoopTest.Time.AUTOJUMP_DESPITE_IO)
    void lostQuestionIsAskedAgain(VirtualClock clock) throws Exception {
        try (UdpSocket server = UdpSocket.bind(ANY_PORT);
                UdpSocket stranger = UdpSocket.bind(ANY_PORT)) {
            Task<?> deaf = createTask(() -> {
                server.receive(); // and no answer
                InetSocketAddress client = server.receive().sender();
                var here = new InetSocketAddress(ANY_PORT.getAddress(), client.getPort());
                stranger.send(TimeProtocol.answer(Instant.EPOCH), here); // from somebody else
                server.send(TimeProtocol.answer(NOW), here);
            });

            assertThat(TimeClient.ask(server.local(), PATIENCE, 3)).isEqualTo(NOW);

            assertThat(clock.elapsed()).isEqualTo(PATIENCE);
            deaf.await();
        }
    }

    @LoopTest(time = LoopTest.Time.AUTOJUMP_DESPITE_IO)
    void serverThatNeverAnswersIsAnError(VirtualClock clock) throws Exception {
        try (UdpSocket silent = UdpSocket.bind(ANY_PORT)) {
            assertThatThrownBy(() -> TimeClient.ask(silent.local(), PATIENCE, 3))
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessage("no answer from 127.0.0.1:" + silent.local().getPort() + " to 3 questions");
            assertThat(clock.elapsed()).isEqualTo(PATIENCE.multipliedBy(3));
        }
    }

    @LoopTest(time = LoopTest.Time.AUTOJUMP_DESPITE_IO)
    void silentServerIsNamedWithItsPortOverIPv6Too() throws Exception {
        try (UdpSocket silent = UdpSocket.bind(new InetSocketAddress(InetAddress.ofLiteral("::1"), 0))) {
            assertThatThrownBy(() -> TimeClient.ask(silent.local(), PATIENCE, 1))
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessage(
                            "no answer from [0:0:0:0:0:0:0:1]:" + silent.local().getPort() + " to 1 questions");
        }
    }
}
