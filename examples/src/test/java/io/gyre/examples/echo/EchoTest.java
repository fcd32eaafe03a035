package io.gyre.examples.echo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopOptions;
import io.gyre.net.TcpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EchoTest {
    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "20, 10, 1024", "3, 2, 3000000"})
    void clientGetsEveryByteBack(int connections, int messages, int size) throws Exception {
        var progress = new AtomicInteger();

        EchoClient.Result result = EventLoop.run(() -> {
            try (TcpServer server = EchoServer.start(loopback())) {
                return client(server, connections, messages, size).run(progress::incrementAndGet);
            }
        });

        assertThat(result.messages()).isEqualTo((long) connections * messages);
        assertThat(result.latencies().getTotalCount()).isEqualTo(result.messages());
        assertThat(result.messagesPerSecond()).isPositive();
        assertThat(progress).hasValue(connections * messages);
    }

    @Test
    void wrongEchoIsNoticed() {
        assertThatThrownBy(() -> EventLoop.run(() -> {
                    try (TcpServer liar = TcpServer.serve(loopback(), stream -> {
                        byte[] message = stream.readExactly(100);
                        message[42]++;
                        stream.write(message);
                    })) {
                        client(liar, 1, 1, 100).run(() -> {});
                    }
                }))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("connection 0, message 0: byte 42 is");
    }

    @Test
    void serverThatHangsUpIsNoticed() {
        var quiet = LoopOptions.defaults().withFailureHandler(failure -> {});

        assertThatThrownBy(() -> EventLoop.run(quiet, () -> {
                    try (TcpServer rude = TcpServer.serve(loopback(), stream -> stream.readExactly(10))) {
                        client(rude, 1, 1, 10).run(() -> {});
                    }
                }))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("ended after 0 of 10 bytes");
    }

    private static EchoClient client(TcpServer server, int connections, int messages, int size) {
        return new EchoClient(
                server.address().getAddress().getHostAddress(),
                server.address().getPort(),
                connections,
                messages,
                size);
    }
}
