package io.gyre.examples.http;

import static io.gyre.examples.Talk.ANY_PORT;
import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import io.gyre.examples.NoLeaks;
import io.gyre.examples.websocket.RawGuest;
import io.gyre.examples.websocket.WebSocketChat;
import io.gyre.loop.EventLoop;
import io.gyre.loop.Task;
import io.gyre.loop.TimeoutException;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.LoopTest.Time;
import io.gyre.net.ByteStream;
import io.gyre.net.TcpServer;
import io.gyre.net.TcpStream;
import io.gyre.net.testing.MemoryStream;
import io.gyre.net.testing.StreamPair;
import io.gyre.net.tls.TlsOptions;
import io.gyre.net.tls.TlsStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Clients send what is nearly right to servers over Netty's codecs. Each connection ends, and leaves no task, no descriptor and
 * no buffer; no handler has failed, since that would be reported and fail the test.
 */
@ExtendWith(NoLeaks.class)
@Timeout(120)
final class FuzzTest {
    /** For each protocol; CI runs ten times as many. */
    private static final int CASES = Integer.getInteger("http.fuzz.cases", 200);

    private static final int AT_A_TIME = 25;

    /** A client whose server waits for more gives up so soon. */
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private static final byte[] REQUESTS = ("GET / HTTP/1.1\r\nHost: x\r\n\r\n"
                    + "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
                    + "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
                    + "GET /json HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n")
            .getBytes(US_ASCII);

    private static final String LOCALHOST = "4109" + "6c6f63616c686f7374";

    /** Of HTTP/2: three requests, of which the second has a body and the third is given up, and a ping. */
    private static final byte[] FRAMES = Mangler.join(
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII),
            HexFormat.of()
                    .parseHex("000000" + "0400" + "00000000" // settings
                            + ("00000e" + "0105" + "00000001" + "828784" + LOCALHOST) // GET /
                            + ("000014" + "0104" + "00000003" + "838744052f6563686f" + LOCALHOST) // POST /echo
                            + ("000005" + "0001" + "00000003" + "68656c6c6f")
                            + ("000017" + "0105" + "00000005" + "828744082f6e756d62657273" + LOCALHOST) // GET /numbers
                            + ("000004" + "0300" + "00000005" + "00000008") // reset
                            + ("000008" + "0600" + "00000000" + "0102030405060708"))); // ping

    private static final byte[] CHAT = Mangler.join(
            RawGuest.handshake("ada"),
            RawGuest.frame(0x81, "hello".getBytes(US_ASCII)),
            RawGuest.frame(0x89, "ping".getBytes(US_ASCII)),
            RawGuest.frame(0x01, "in ".getBytes(US_ASCII)),
            RawGuest.frame(0x80, "parts".getBytes(US_ASCII)),
            RawGuest.frame(0x82, new byte[200]),
            RawGuest.frame(0x88, new byte[] {3, (byte) 0xe8}));

    private static final TlsOptions TLS = TlsOptions.defaults()
            .withTrust(Identities.trusted())
            .withHandshakeTimeout(PATIENCE)
            .withCloseTimeout(Duration.ofMillis(1));

    private static final TlsOptions TLS_WITH_HTTP2 = TLS.withApplicationProtocols("h2");

    /** Connects with a server and does something wrong. */
    private interface Attack {
        void run(InetSocketAddress server, Mangler mangler) throws IOException;
    }

    /** Sends changed bytes, and hears what the server has to say. */
    private static void send(ByteStream server, byte[] right, Mangler mangler) throws IOException {
        byte[] wrong = mangler.mangle(right);
        server.write(wrong);
        if (mangler.onceIn(4)) {
            server.abort();
            return;
        }
        if (mangler.onceIn(2)) {
            server.closeOutput();
        }
        while (server.read(ByteBuffer.allocate(4096)) >= 0) {
            // whatever it says
        }
    }

    private static void plain(byte[] right, InetSocketAddress server, Mangler mangler) throws IOException {
        try (TcpStream stream = TcpStream.connect(server)) {
            stream.setReadTimeout(PATIENCE);
            send(stream, right, mangler);
        }
    }

    private static void overTls(InetSocketAddress server, Mangler mangler) throws IOException {
        try (TlsStream stream = TlsStream.client(TcpStream.connect(server), "localhost", TLS_WITH_HTTP2)) {
            stream.setReadTimeout(PATIENCE);
            send(stream, FRAMES, mangler);
        }
    }

    /** Somebody on the way changes what a client sends that speaks TLS. */
    private static void belowTls(InetSocketAddress server, Mangler mangler) throws IOException {
        StreamPair<MemoryStream> near = MemoryStream.pair();
        try (TcpStream far = TcpStream.connect(server)) {
            Task<?> forth = createTask(() -> pass(near.right(), far, mangler));
            Task<?> back = createTask(() -> pass(far, near.right(), null));
            try (TlsStream stream = TlsStream.client(near.left(), "localhost", TLS)) {
                stream.setReadTimeout(PATIENCE);
                stream.write(REQUESTS);
                stream.readAll(1 << 20);
            } finally {
                near.left().abort();
                forth.await();
                far.abort();
                back.await();
            }
        }
    }

    private static void pass(ByteStream from, ByteStream to, @Nullable Mangler mangler) {
        ByteBuffer buffer = ByteBuffer.allocate(16 << 10);
        try {
            while (from.read(buffer.clear()) >= 0) {
                byte[] bytes = Arrays.copyOf(buffer.array(), buffer.position());
                to.write(mangler == null || mangler.onceIn(3) ? bytes : mangler.mangle(bytes));
            }
            to.closeOutput();
        } catch (IOException gone) {
            from.abort();
            to.abort();
        }
    }

    private static long descriptors() {
        return ManagementFactory.getPlatformMXBean(UnixOperatingSystemMXBean.class)
                .getOpenFileDescriptorCount();
    }

    private static void attack(InetSocketAddress server, Attack attack, int cases) {
        for (int first = 0; first < cases; first += AT_A_TIME) {
            var attacks = new ArrayList<Task<?>>();
            for (int i = 0; i < AT_A_TIME; i++) {
                int seed = first + i;
                attacks.add(createTask("case " + seed, () -> {
                    try {
                        attack.run(server, new Mangler(seed));
                    } catch (IOException | TimeoutException expected) {
                        // it was wrong, after all
                    }
                }));
            }
            attacks.forEach(Task::await);
        }
    }

    private static void attack(TcpServer server, Attack attack) throws IOException {
        attack(server.address(), attack, AT_A_TIME); // loads classes, which has to do with files
        long before = descriptors();

        attack(server.address(), attack, CASES);

        assertThat(server.drain(LIMIT)).as("whether each connection has ended").isTrue();
        assertThat(server.statistics().accepted()).isGreaterThanOrEqualTo(CASES);
        assertThat(server.statistics().failed()).as("failed handlers").isZero();
        assertThat(server.statistics().broken()).as("broken connections").isPositive();
        sleep(Duration.ofMillis(1)); // a select, with which descriptors become free
        assertThat(EventLoop.current().statistics().channels()).isZero();
        assertThat(descriptors()).isLessThanOrEqualTo(before);
    }

    @LoopTest(time = Time.REAL, timeoutMillis = 110_000)
    void httpServerSurvives() throws IOException {
        try (TcpServer server = HttpServer.serve(ANY_PORT)) {
            attack(server, (address, mangler) -> plain(REQUESTS, address, mangler));
        }
    }

    @LoopTest(time = Time.REAL, timeoutMillis = 110_000)
    void tlsServerSurvives() throws IOException {
        try (TcpServer server = HttpsServer.serve(ANY_PORT, Identities.server(Identities.SERVER))) {
            attack(server, FuzzTest::belowTls);
        }
    }

    @LoopTest(time = Time.REAL, timeoutMillis = 110_000)
    void serverOfHttp2Survives() throws IOException {
        try (TcpServer server = HttpsServer.serve(ANY_PORT, Identities.server(Identities.SERVER))) {
            attack(server, FuzzTest::overTls);
        }
    }

    @LoopTest(time = Time.REAL, timeoutMillis = 110_000)
    void chatServerSurvives() throws IOException {
        try (WebSocketChat chat = WebSocketChat.start(ANY_PORT)) {
            attack(chat.address(), (address, mangler) -> plain(CHAT, address, mangler), CASES);

            assertThat(chat.drain(LIMIT))
                    .as("whether each connection has ended")
                    .isTrue();
            sleep(Duration.ofMillis(1));
            assertThat(EventLoop.current().statistics().channels()).isZero();
        }
    }
}
