package io.gyre.examples.echo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopOptions;
import io.gyre.net.TcpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EchoTest {
    private static final Duration LENGTH = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "20, 1024", "3, 3000000"})
    void clientGetsEveryByteBack(int connections, int size) throws Exception {
        EchoClient.Result result = EventLoop.run(() -> {
            try (TcpServer server = EchoServer.start(loopback())) {
                return client(server, connections, size).run();
            }
        });

        assertThat(result.messages()).isEqualTo(result.latencies().getTotalCount());
        assertThat(result.nanos()).isGreaterThanOrEqualTo(LENGTH.toNanos());
        assertThat(result.messagesPerSecond()).isPositive();
    }

    @Test
    void warmUpIsNotMeasured() throws Exception {
        var served = new AtomicInteger();

        EchoClient.Result result = EventLoop.run(() -> {
            try (TcpServer server = TcpServer.serve(loopback(), stream -> {
                for (; ; ) {
                    stream.write(stream.readExactly(1));
                    served.incrementAndGet();
                }
            })) {
                var load = new EchoClient.Load(1, 1, LENGTH, LENGTH, PATIENCE);
                return new EchoClient(server.address(), load).run();
            }
        });

        assertThat(result.messages()).isPositive().isLessThan(served.get());
    }

    @Test
    void serverThatStaysSilentIsGivenUpWithASentence() {
        assertThatThrownBy(() -> EventLoop.run(() -> {
                    try (TcpServer silent = TcpServer.serve(loopback(), stream -> stream.readAll(1000))) {
                        var load = new EchoClient.Load(1, 10, Duration.ZERO, LENGTH, Duration.ofMillis(20));
                        new EchoClient(silent.address(), load).run();
                    }
                }))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        "the server has been silent on connection 0 for 20 ms; it is overloaded, or no echo server");
    }

    @Test
    void wrongEchoIsNoticed() {
        assertThatThrownBy(() -> EventLoop.run(() -> {
                    try (TcpServer liar = TcpServer.serve(loopback(), stream -> {
                        byte[] message = stream.readExactly(100);
                        message[42]++;
                        stream.write(message);
                    })) {
                        client(liar, 1, 100).run();
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
                        client(rude, 1, 10).run();
                    }
                }))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("ended after 0 of 10 bytes");
    }

    private static EchoClient client(TcpServer server, int connections, int size) {
        return new EchoClient(
                server.address(), new EchoClient.Load(connections, size, Duration.ZERO, LENGTH, PATIENCE));
    }
}
