package io.gyre.examples.proxy;

import static io.gyre.examples.Talk.ANY_PORT;
import static io.gyre.examples.Talk.ask;
import static io.gyre.examples.Talk.hearAll;
import static io.gyre.examples.Talk.say;
import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.examples.Peer;
import io.gyre.examples.Talk;
import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest;
import io.gyre.net.ConnectOptions;
import io.gyre.net.TcpServer;
import io.gyre.net.TcpStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;

final class ProxyTest {
    private static final byte[] END_OF_HEAD = "\r\n\r\n".getBytes(US_ASCII);

    private final Path directory;

    ProxyTest(@TempDir Path directory) {
        this.directory = directory;
    }

    private static Proxy proxyTo(InetSocketAddress target, int maxConnections) throws IOException {
        String host = target.getAddress().getHostAddress();
        return Proxy.start(
                ANY_PORT,
                null,
                maxConnections,
                new Proxy.Target(host, target.getPort(), ConnectOptions.defaults(), null));
    }

    /** Answers one request with a body of many lines, as HTTP/1.0 has it. */
    private static void respond(TcpStream client) throws IOException {
        client.readUntil(10_000, END_OF_HEAD);
        client.writeBuffered("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n".getBytes(US_ASCII));
        for (int i = 0; i < 10_000; i++) {
            client.writeBuffered(("line " + i + "\n").getBytes(US_ASCII));
        }
    }

    private static void shout(TcpStream client) throws IOException {
        for (String line = Talk.hear(client); !line.equals("(end)"); line = Talk.hear(client)) {
            say(client, line + "!");
        }
        say(client, "that was all");
    }

    @LoopTest
    void curlGetsAPageThroughTheProxy() throws Exception {
        try (TcpServer site = TcpServer.serve(ANY_PORT, ProxyTest::respond);
                Proxy proxy = proxyTo(site.address(), 10)) {
            Peer curl = Peer.installed("curl", "curl", directory)
                    .with(
                            "-sS",
                            "--noproxy",
                            "*",
                            "http://127.0.0.1:" + proxy.address().getPort() + "/");

            assertThat(curl.output())
                    .startsWith("line 0\nline 1\n")
                    .endsWith("line 9999\n")
                    .hasLineCount(10_000);
            assertThat(proxy.counts().bytesBack()).isGreaterThan(98_000);
            assertThat(proxy.counts().connections()).isEqualTo(1);
        }
    }

    @LoopTest
    void halfCloseArrivesAsOne() throws Exception {
        try (TcpServer server = TcpServer.serve(ANY_PORT, ProxyTest::shout);
                Proxy proxy = proxyTo(server.address(), 10);
                TcpStream client = TcpStream.connect(proxy.address())) {
            assertThat(ask(client, "hello")).isEqualTo("hello!");
            client.closeOutput();

            assertThat(hearAll(client)).isEqualTo("that was all\n");
        }
    }

    @LoopTest
    void serverThatIsNotThereIsAResetAndIsCounted() throws Exception {
        InetSocketAddress nobody;
        try (var closed = new ServerSocket(0, 1, ANY_PORT.getAddress())) {
            nobody = (InetSocketAddress) closed.getLocalSocketAddress();
        }
        try (Proxy proxy = proxyTo(nobody, 10);
                TcpStream client = TcpStream.connect(proxy.address())) {
            assertThatThrownBy(() -> client.readExactly(1))
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");

            assertThat(proxy.counts()).isEqualTo(new Proxy.Counts(1, 0, 1, 0, 0));
        }
    }

    @LoopTest
    void connectionBeyondTheLimitWaits() throws Exception {
        try (TcpServer server = TcpServer.serve(ANY_PORT, ProxyTest::shout);
                Proxy proxy = proxyTo(server.address(), 1);
                TcpStream first = TcpStream.connect(proxy.address());
                TcpStream second = TcpStream.connect(proxy.address())) {
            ask(first, "first");
            Task<String> answer = createTask(() -> ask(second, "second"));
            awaitAllTasksParked();
            assertThat(proxy.counts().active()).isEqualTo(1);
            assertThat(answer.isDone()).isFalse();

            first.closeOutput();

            assertThat(answer.await()).isEqualTo("second!");
        }
    }

    @LoopTest
    void countsAreThoseOfConnectionsThatHaveEnded() throws Exception {
        try (TcpServer server = TcpServer.serve(ANY_PORT, ProxyTest::shout);
                Proxy proxy = proxyTo(server.address(), 10);
                TcpStream client = TcpStream.connect(proxy.address())) {
            ask(client, "12345");
            assertThat(proxy.counts()).isEqualTo(new Proxy.Counts(1, 1, 0, 0, 0));

            assertThat(proxy.drain(Duration.ofSeconds(1))).isTrue();

            assertThat(hearAll(client)).isEqualTo("that was all\n");
            assertThat(proxy.counts()).isEqualTo(new Proxy.Counts(1, 0, 0, 6, 20));
        }
    }
}
