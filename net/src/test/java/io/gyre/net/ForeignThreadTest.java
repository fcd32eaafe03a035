package io.gyre.net;

import static io.gyre.loop.Async.offload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.EventLoop;
import io.gyre.net.os.Signals;
import io.gyre.net.os.StandardInput;
import io.gyre.net.os.Subprocess;
import io.gyre.net.testing.StreamPair;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a thread without a loop calls is refused, by its name, and with the way into a loop. */
class ForeignThreadTest {
    private static final InetSocketAddress ANY_PORT = TcpPair.loopback();
    private static final ByteBuffer BUFFER = ByteBuffer.allocate(1);

    private static void assertRefused(String method, ThrowingCallable call) {
        assertThatThrownBy(call)
                .as(method)
                .isInstanceOf(IllegalStateException.class)
                .message()
                .contains(method)
                .contains("loop.call(() -> ...)")
                .doesNotContain("suspend");
    }

    @Test
    void whatStartsSomethingNeedsALoop() {
        Map<String, ThrowingCallable> calls = new LinkedHashMap<>();
        calls.put("TcpServer.serve", () -> TcpServer.serve(ANY_PORT, stream -> {}));
        calls.put("UnixServer.serve", () -> UnixServer.serve(Path.of("nowhere"), stream -> {}));
        calls.put("TcpStream.connect", () -> TcpStream.connect("127.0.0.1", 1));
        calls.put("UnixStream.connect", () -> UnixStream.connect(Path.of("nowhere")));
        calls.put("UdpSocket.bind", () -> UdpSocket.bind(ANY_PORT));
        calls.put("UdpSocket.connect", () -> UdpSocket.connect(new InetSocketAddress(ANY_PORT.getAddress(), 9)));
        calls.put("Dns.resolve", () -> Dns.resolve("localhost"));
        calls.put("Signals.receive", () -> Signals.receive("HUP"));
        calls.put("StandardInput.open", StandardInput::open);
        calls.put("Subprocess.exec", () -> Subprocess.exec("true"));

        calls.forEach(ForeignThreadTest::assertRefused);
        assertThat(calls).hasSize(10);
    }

    /** What cannot work is not even tried. */
    @Test
    void refusalComesBeforeAnySocketOrFileIsTouched(@TempDir Path directory) throws Exception {
        ServerOptions unsettable =
                ServerOptions.defaults().withConnectionOption(StandardSocketOptions.IP_MULTICAST_TTL, 1);
        Path nowhere = directory.resolve("missing").resolve("socket");
        try (var taken = DatagramChannel.open(StandardProtocolFamily.INET).bind(ANY_PORT);
                ServerSocketChannel unbound = ServerSocketChannel.open()) {
            var address = (InetSocketAddress) taken.getLocalAddress();
            Map<String, ThrowingCallable> calls = new LinkedHashMap<>();
            calls.put("UdpSocket.bind", () -> UdpSocket.bind(address));
            calls.put("UdpSocket.connect", () -> UdpSocket.connect(address, address, SocketOptions.none()));
            calls.put("TcpServer.serve", () -> TcpServer.serve(unsettable, ANY_PORT, stream -> {}));
            calls.put("serve", () -> TcpServer.serve(unsettable, unbound, stream -> {}));
            calls.put("UnixServer.serve", () -> UnixServer.serve(nowhere, stream -> {}));

            calls.forEach(ForeignThreadTest::assertRefused);
        }
    }

    @Test
    void whatBelongsToALoopIsRefusedElsewhere() throws Exception {
        EventLoop.run(() -> {
            StreamPair<TcpStream> pair = TcpPair.connected();
            try (TcpStream stream = pair.left();
                    TcpStream _ = pair.right();
                    UdpSocket socket = UdpSocket.bind(ANY_PORT);
                    TcpServer server = TcpServer.serve(ANY_PORT, peer -> {})) {
                Map<String, ThrowingCallable> calls = new LinkedHashMap<>();
                calls.put("read", () -> stream.read(BUFFER));
                calls.put("write", () -> stream.write(BUFFER));
                calls.put("close", stream::close);
                calls.put("receive", () -> socket.receive(BUFFER));
                calls.put("UdpSocket.setOption", () -> socket.setOption(StandardSocketOptions.SO_RCVBUF, 4096));
                calls.put("SocketStream.setOption", () -> stream.setOption(StandardSocketOptions.SO_RCVBUF, 4096));
                calls.put("setIdleTimeout", () -> stream.setIdleTimeout(Duration.ofDays(1)));
                calls.put("setWatermarks", () -> stream.setWatermarks(0, 1));
                calls.put("setWireLog", () -> stream.setWireLog(null));
                calls.put("StreamServer.drain", () -> server.drain(Duration.ZERO));
                calls.put("StreamServer.awaitClosed", server::awaitClosed);
                calls.put("StreamServer.close", server::close);

                offload(() -> calls.forEach(ForeignThreadTest::assertRefused));
            }
        });
    }
}
