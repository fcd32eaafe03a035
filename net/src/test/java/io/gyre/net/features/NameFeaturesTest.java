package io.gyre.net.features;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.testing.LoopTesting.assertDoesNotSuspend;
import static io.gyre.loop.testing.LoopTesting.assertSuspends;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest;
import io.gyre.net.Dns;
import io.gyre.net.Feature;
import io.gyre.net.TcpPair;
import io.gyre.net.TcpServer;
import io.gyre.net.TcpStream;
import io.gyre.net.dns.Protocol;
import io.gyre.net.dns.Resolver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownServiceException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

class NameFeaturesTest {
    private static final InetAddress ADDRESS = InetAddress.ofLiteral("192.0.2.1");

    private final List<String> asked = new ArrayList<>();

    private static List<InetAddress> refuse(String host) {
        throw new AssertionError("asked for " + host);
    }

    /** Takes a second. */
    private List<InetAddress> slowly(String host) {
        asked.add(host);
        sleep(Duration.ofSeconds(1));
        return List.of(ADDRESS);
    }

    @LoopTest
    @Feature("Asynchronous name resolution")
    void namesAndAddressesAreLookedUpInThreadsOfTheirOwn() throws IOException {
        Dns.use(Resolver.system());

        assertThat(assertSuspends(() -> Dns.resolve("localhost")))
                .isNotEmpty()
                .allMatch(InetAddress::isLoopbackAddress);
        assertThat(assertSuspends(() -> Dns.reverse(InetAddress.ofLiteral("127.0.0.1"))))
                .isEqualTo("localhost");
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .anyMatch(name -> name.startsWith("gyre-lookup-"));
    }

    @LoopTest
    @Feature("Numeric addresses bypass resolution")
    void numericAddressIsItsOwnAnswer() throws IOException {
        Dns.use(NameFeaturesTest::refuse);

        assertThat(assertDoesNotSuspend(() -> Dns.resolve("192.0.2.1"))).containsExactly(ADDRESS);
        assertThat(assertDoesNotSuspend(() -> Dns.resolve("[::1]"))).containsExactly(InetAddress.ofLiteral("::1"));
        try (TcpServer server = TcpServer.serve(TcpPair.loopback(), stream -> stream.write(new byte[1]));
                TcpStream stream =
                        TcpStream.connect("127.0.0.1", server.address().getPort())) {
            assertThat(stream.readExactly(1)).hasSize(1);
        }
    }

    @LoopTest
    @Feature("Service names")
    void portMayBeTheNameOfAService() throws IOException {
        try (TcpServer server = TcpServer.serve(TcpPair.loopback(), stream -> stream.write(new byte[1]))) {
            int port = server.address().getPort();
            Dns.use(new Resolver() {
                @Override
                public List<InetAddress> resolve(String host) {
                    return refuse(host);
                }

                @Override
                public int port(String service, Protocol protocol) throws IOException {
                    if (service.equals("gyre") && protocol == Protocol.TCP) {
                        return port;
                    }
                    throw new UnknownServiceException("no " + protocol + " service '" + service + "'");
                }
            });

            assertThat(Dns.port("gyre", Protocol.TCP)).isEqualTo(port);
            assertThat(Dns.port("443", Protocol.TCP)).isEqualTo(443);
            for (String service : List.of("gyre", Integer.toString(port))) {
                try (TcpStream stream = TcpStream.connect("127.0.0.1", service)) {
                    assertThat(stream.peer()).isEqualTo(server.address());
                    assertThat(stream.readExactly(1)).hasSize(1);
                }
            }
            assertThatExceptionOfType(UnknownServiceException.class)
                    .isThrownBy(() -> Dns.port("gyre", Protocol.UDP))
                    .withMessage("no UDP service 'gyre'");
        }
    }

    @LoopTest
    @Feature("Pluggable resolver")
    void loopAsksTheResolverThatItIsGiven() throws IOException {
        Dns.use(new Resolver() {
            @Override
            public List<InetAddress> resolve(String host) {
                return host.equals("db.test") ? List.of(ADDRESS) : List.of(InetAddress.getLoopbackAddress());
            }

            @Override
            public String reverse(InetAddress address) {
                return "name-of-" + address.getHostAddress();
            }
        });

        assertThat(Dns.resolve("db.test")).containsExactly(ADDRESS);
        assertThat(Dns.reverse(ADDRESS)).isEqualTo("name-of-192.0.2.1");
        try (TcpServer server = TcpServer.serve(TcpPair.loopback(), stream -> stream.write(new byte[1]));
                TcpStream stream =
                        TcpStream.connect("web.test", server.address().getPort())) {
            assertThat(stream.readExactly(1)).hasSize(1);
        }
    }

    @LoopTest
    @Feature("DNS cache with request coalescing")
    void equalQuestionsAreAskedOnceAndTheAnswerIsRememberedForATime() throws IOException {
        Dns.use(Resolver.caching(this::slowly, Duration.ofSeconds(10), 100));
        Task<List<InetAddress>> one = createTask(() -> Dns.resolve("a.test"));
        Task<List<InetAddress>> two = createTask(() -> Dns.resolve("A.TEST"));
        assertThat(one.await()).isEqualTo(two.await()).containsExactly(ADDRESS);
        assertThat(asked).containsExactly("a.test");

        sleep(Duration.ofSeconds(9));
        assertThat(assertDoesNotSuspend(() -> Dns.resolve("a.test"))).containsExactly(ADDRESS);
        sleep(Duration.ofSeconds(1));
        Dns.resolve("a.test");
        assertThat(asked).containsExactly("a.test", "a.test");
    }
}
