package io.gyre.net.dns;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.testing.LoopTesting.assertDoesNotSuspend;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest;
import io.gyre.net.Dns;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.net.UnknownServiceException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

final class DnsTest {
    private static final InetAddress FIRST = FakeResolver.FIRST;

    /** For tests in which nobody may ask. */
    private static List<InetAddress> refuse(String host) {
        throw new AssertionError("asked for " + host);
    }

    @LoopTest
    void numericAddressesAreAnsweredAtOnce() throws Exception {
        Dns.use(DnsTest::refuse);
        InetAddress ipv6 = InetAddress.ofLiteral("2001:db8::1");

        assertThat(assertDoesNotSuspend(() -> Dns.resolve("192.0.2.1"))).containsExactly(FIRST);
        assertThat(assertDoesNotSuspend(() -> Dns.resolve("2001:db8::1"))).containsExactly(ipv6);
        assertThat(assertDoesNotSuspend(() -> Dns.resolve("[2001:db8::1]"))).containsExactly(ipv6);
        assertThat(assertDoesNotSuspend(() -> Dns.resolve("::ffff:192.0.2.1"))).containsExactly(FIRST);
    }

    @LoopTest
    void scopeOfANumericAddressIsKept() throws Exception {
        Dns.use(DnsTest::refuse);
        NetworkInterface scope =
                NetworkInterface.networkInterfaces().findFirst().orElseThrow();

        List<InetAddress> addresses = Dns.resolve("fe80::1%" + scope.getName());

        assertThat(addresses).singleElement().isInstanceOfSatisfying(Inet6Address.class, address -> assertThat(
                        address.getScopedInterface())
                .isEqualTo(scope));
    }

    @LoopTest
    void whatIsNeitherANameNorAnAddressIsNotLookedUp() {
        Dns.use(DnsTest::refuse);

        for (String host : List.of("::1:", "fe80::1%no-such-interface", "[192.0.2.1]", "host:80")) {
            assertThatThrownBy(() -> Dns.resolve(host))
                    .isInstanceOf(UnknownHostException.class)
                    .hasMessageContaining("'" + host + "'")
                    .hasMessageContaining("neither a name nor a numeric address");
        }
    }

    @LoopTest
    void nameThatIsNotInAsciiReachesTheResolverInItsAsciiForm() throws Exception {
        var asked = new ArrayList<String>();
        Dns.use(host -> {
            asked.add(host);
            return List.of(FIRST);
        });

        assertThat(Dns.resolve("b\u00fccher.example")).containsExactly(FIRST);
        assertThat(Dns.resolve("b\u00fccher\u3002example")).containsExactly(FIRST); // the dot of Chinese and Japanese
        assertThat(Dns.resolve("plain.example")).containsExactly(FIRST);

        assertThat(asked).containsExactly("xn--bcher-kva.example", "xn--bcher-kva.example", "plain.example");
    }

    @LoopTest
    void nameWithCharactersThatNoNameHasIsNotLookedUp() {
        Dns.use(DnsTest::refuse);

        for (String host : List.of(
                "a\u0000\u00fc", "\u202e\u00fc", "\u00fc\n", "a\u0000.example", "a\r\nb", "a\u007f", "\ud800\u00fc")) {
            assertThatThrownBy(() -> Dns.resolve(host))
                    .as("%s", host.chars().boxed().toList())
                    .isInstanceOf(UnknownHostException.class)
                    .hasMessageContaining("cannot resolve '")
                    .hasMessageContaining("characters that host names cannot have")
                    .message()
                    .as("nothing that a terminal or a log would take for its own")
                    .doesNotContainPattern("[\\p{Cntrl}\\u202e]");
        }
    }

    @LoopTest
    void nameWithAnEmptyOrTooLongPartThatIsNotInAsciiIsNotLookedUp() {
        Dns.use(DnsTest::refuse);

        for (String host : List.of("\u00fc..example", "\u00fc" + "a".repeat(70))) {
            assertThatThrownBy(() -> Dns.resolve(host)).isInstanceOf(UnknownHostException.class);
        }
    }

    /** The system would say that it is this machine. */
    @LoopTest
    void blankNameIsUnknown() {
        Dns.use(DnsTest::refuse);

        assertThatThrownBy(() -> Dns.resolve(""))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageContaining("is missing");
        assertThatThrownBy(() -> Dns.resolve(" ")).isInstanceOf(UnknownHostException.class);
    }

    @LoopTest
    void resolverRunsInTheTaskAndMaySuspend() throws Exception {
        var resolver = new FakeResolver();
        Dns.use(resolver);
        Task<List<InetAddress>> task = createTask(() -> Dns.resolve("a.test"));
        awaitAllTasksParked();
        assertThat(task.isDone()).isFalse();

        resolver.answer("a.test", "192.0.2.1");

        assertThat(task.await()).containsExactly(FIRST);
        assertThat(Dns.resolver()).isSameAs(resolver);
    }

    @LoopTest
    void answerWithoutAnAddressIsAnUnknownHost() {
        Dns.use(host -> List.of());

        assertThatThrownBy(() -> Dns.resolve("a.test"))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageContaining("'a.test'")
                .hasMessageContaining("Check the spelling");
    }

    @LoopTest
    void failureOfAResolverPassesAsItIs() {
        var failure = new IOException("the name server is down");
        Dns.use(host -> {
            throw failure;
        });

        assertThatThrownBy(() -> Dns.resolve("a.test")).isSameAs(failure);
    }

    @LoopTest
    void resolverWithoutNamesSaysSo() {
        Dns.use(host -> List.of(FIRST));

        assertThatThrownBy(() -> Dns.reverse(FIRST))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageContaining("192.0.2.1 has no name")
                .hasMessageContaining("implement Resolver.reverse");
    }

    @LoopTest
    void cancelledTaskAsksNobody() {
        Dns.use(DnsTest::refuse);
        Task<?> numeric = createTask(() -> {
            currentTask().cancel("test");
            return Dns.resolve("192.0.2.1");
        });
        Task<?> name = createTask(() -> {
            currentTask().cancel("test");
            return Dns.resolve("a.test");
        });
        Task<?> reverse = createTask(() -> {
            currentTask().cancel("test");
            return Dns.reverse(FIRST);
        });

        for (Task<?> task : List.of(numeric, name, reverse)) {
            assertThatThrownBy(task::await).hasCauseInstanceOf(CancelledException.class);
        }
    }

    // ---- services

    @LoopTest
    void numberIsItsOwnPort() throws Exception {
        Dns.use(new FakeResolver()); // which would wait

        for (int port : List.of(0, 1, 80, 65_535)) {
            assertThat(assertDoesNotSuspend(() -> Dns.port(Integer.toString(port), Protocol.TCP)))
                    .isEqualTo(port);
        }
        assertThat(Dns.port("00080", Protocol.UDP)).isEqualTo(80);
        for (String number : List.of("65536", "000080", "99999999999999999999")) {
            assertThatThrownBy(() -> Dns.port(number, Protocol.TCP))
                    .isInstanceOf(UnknownServiceException.class)
                    .hasMessage("'" + number + "' is no port; use a number from 0 to 65535");
        }
    }

    @LoopTest
    void whatIsNoNumberGoesToTheResolver() throws Exception {
        var resolver = new FakeResolver();
        Dns.use(resolver);

        for (String name : List.of("http", "9p", "-1", "+80", "\u0661", "")) {
            Task<Integer> task = createTask(() -> Dns.port(name, Protocol.TCP));
            awaitAllTasksParked();
            resolver.answer(name + "/TCP", "7");
            assertThat(task.await()).isEqualTo(7);
        }
    }

    /** A resolver for host names alone still knows the services. */
    @LoopTest
    void resolverWithoutServicesAsksTheSystem() {
        Dns.use(DnsTest::refuse);

        assertThatThrownBy(() -> Dns.port("no such service", Protocol.UDP))
                .isInstanceOf(UnknownServiceException.class)
                .hasMessageContaining("the UDP service 'no such service'");
    }

    @LoopTest
    void cancelledLookUpOfAServiceEndsInEachState() {
        for (Resolver behind : List.of(new FakeResolver(), Resolver.caching(new FakeResolver(), Duration.ZERO, 1))) {
            Dns.use(behind);
            Task<?> before = createTask(() -> {
                currentTask().cancel("test");
                return Dns.port("x", Protocol.TCP);
            });
            assertThatThrownBy(before::await).hasCauseInstanceOf(CancelledException.class);

            Task<?> number = createTask(() -> {
                currentTask().cancel("test");
                return Dns.port("80", Protocol.TCP);
            });
            assertThatThrownBy(number::await).hasCauseInstanceOf(CancelledException.class);

            Task<?> parked = createTask(() -> Dns.port("x", Protocol.TCP));
            awaitAllTasksParked();
            parked.cancel("test");
            assertThatThrownBy(parked::await).hasCauseInstanceOf(CancelledException.class);
            awaitAllTasksParked();
            assertThat(EventLoop.current().tasks()).containsExactly(currentTask());
        }
    }

    @LoopTest
    void portThatHasComeIsDeliveredToACancelledTask() {
        var resolver = new FakeResolver();
        Dns.use(resolver);
        Task<Integer> completing = createTask(() -> Dns.port("x", Protocol.TCP));
        awaitAllTasksParked();

        resolver.answer("x/TCP", "7");
        completing.cancel("test");

        assertThat(completing.await()).isEqualTo(7);
    }

    @LoopTest
    void eachLoopHasItsOwnResolver() throws Exception {
        Dns.use(host -> List.of(FIRST));

        Resolver other = EventLoop.run(() -> Dns.resolver());

        assertThat(Dns.resolver()).isNotSameAs(other);
        assertThat(other).hasToString("Resolver[caching Resolver[system]]");
    }

    @LoopTest
    void systemKnowsThisMachine() throws Exception {
        assertThat(Dns.resolve("localhost")).isNotEmpty().allMatch(InetAddress::isLoopbackAddress);
        assertThat(Dns.reverse(InetAddress.ofLiteral("127.0.0.1"))).isEqualTo("localhost");

        assertThat(assertDoesNotSuspend(() -> Dns.resolve("LOCALHOST"))).allMatch(InetAddress::isLoopbackAddress);
    }

    /** Names that the system refuses without asking anybody. */
    @LoopTest
    void nameThatTheSystemDoesNotKnowIsNamed() {
        String tooLong = "a".repeat(64);

        for (Resolver resolver : List.of(Dns.resolver(), Resolver.system())) {
            Dns.use(resolver);
            assertThatThrownBy(() -> Dns.resolve(tooLong))
                    .isInstanceOf(UnknownHostException.class)
                    .hasMessageContaining("cannot resolve '" + tooLong + "'")
                    .hasMessageContaining("Check the spelling");
        }
    }

    /** Takes its time where the name servers do not answer. */
    @LoopTest(timeoutMillis = 30_000)
    void addressWithoutANameIsNamed() {
        assertThatThrownBy(() -> Resolver.system().reverse(InetAddress.ofLiteral("0.0.0.0")))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageContaining("0.0.0.0 has no name")
                .hasMessageContaining("Show the address itself");
    }

    @LoopTest
    void limitsOfACacheAreChecked() {
        assertThatThrownBy(() -> Resolver.caching(Resolver.system(), Duration.ofNanos(-1), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ttl");
        assertThatThrownBy(() -> Resolver.caching(Resolver.system(), Duration.ZERO, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxEntries");
    }
}
