package io.gyre.examples.crm;

import static io.gyre.examples.Talk.ANY_PORT;
import static io.gyre.examples.Talk.ask;
import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopFuture;
import io.gyre.loop.LoopOptions;
import io.gyre.loop.Task;
import io.gyre.loop.spi.Failure;
import io.gyre.net.TcpStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future.State;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each test with each database and with both ways to call its driver. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS) // one database of each kind is enough
@Timeout(value = 120, unit = TimeUnit.SECONDS)
final class CrmTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir // static: for all tests, as the databases are
    private static Path directory = Path.of("");

    private final Map<Database.Kind, Database> databases = new EnumMap<>(Database.Kind.class);
    private final List<Failure> failures = new ArrayList<>();

    static Stream<Arguments> ways() {
        return Stream.of(Database.Kind.values())
                .flatMap(kind -> Stream.of(arguments(kind, false), arguments(kind, true)));
    }

    @AfterAll
    void endDatabases() throws Exception {
        for (Database database : databases.values()) {
            database.end();
        }
    }

    private interface Test {
        void run(ConnectionPool pool, String url) throws Exception;
    }

    private interface Conversation {
        void run(TcpStream client) throws Exception;
    }

    /** Runs a test on a loop, with a pool of two connections; nothing may be reported meanwhile. */
    private void withPool(Database.Kind kind, boolean offloaded, Test test) throws Exception {
        if (!databases.containsKey(kind)) {
            databases.put(kind, Database.start(kind, directory));
            CrmServer.prepare(databases.get(kind).url());
        }
        String url = databases.get(kind).url();
        EventLoop.run(LoopOptions.defaults().withFailureHandler(failures::add), () -> {
            try (var pool = new ConnectionPool(url, 2, offloaded ? Calls.offloaded(2) : Calls.straight())) {
                test.run(pool, url);
            }
        });
        assertThat(failures).isEmpty();
    }

    private static void converse(ConnectionPool pool, Duration queryTimeout, Conversation conversation)
            throws Exception {
        try (CrmServer server = CrmServer.start(ANY_PORT, pool, queryTimeout);
                TcpStream client = TcpStream.connect(server.address())) {
            conversation.run(client);
        }
    }

    /** {@return what comes behind OK} */
    private static String ok(TcpStream client, String line) throws Exception {
        String answer = ask(client, line);
        assertThat(answer).startsWith("OK ");
        return answer.substring(3);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void customersAndOrdersAreKept(Database.Kind kind, boolean offloaded) throws Exception {
        withPool(
                kind,
                offloaded,
                (pool, url) -> converse(pool, PATIENCE, client -> {
                    String ada = ok(client, "ADD Ada");
                    ok(client, "ORDER " + ada + " 250");
                    ok(client, "ORDER " + ada + " 50");

                    assertThat(ok(client, "SHOW " + ada)).isEqualTo("Ada owes 300 for 2 orders");
                    assertThat(ask(client, "SHOW 999")).isEqualTo("ERROR there is no customer 999");
                    assertThat(ask(client, "ORDER 999 1")).isEqualTo("ERROR there is no customer 999");
                    assertThat(ask(client, "SHOW me")).isEqualTo("ERROR 'me' is no number");
                    assertThat(ask(client, "DROP")).startsWith("ERROR say ADD name");
                    assertThat(ask(client, "ADD " + "x".repeat(1000)))
                            .startsWith("ERROR a line has at most 1000 bytes");
                    assertThat(pool.opened()).isEqualTo(1);
                }));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void orderOfWhoWouldOweTooMuchIsRolledBack(Database.Kind kind, boolean offloaded) throws Exception {
        withPool(
                kind,
                offloaded,
                (pool, url) -> converse(pool, PATIENCE, client -> {
                    String bob = ok(client, "ADD Bob");
                    ok(client, "ORDER " + bob + " 99000");

                    assertThat(ask(client, "ORDER " + bob + " 1001"))
                            .startsWith("ERROR")
                            .contains("would owe us more");

                    assertThat(ok(client, "SHOW " + bob)).isEqualTo("Bob owes 99000 for 1 orders");
                }));
    }

    /** Somebody else holds a row: the order that waits for it holds up neither the loop nor other clients. */
    @ParameterizedTest
    @MethodSource("ways")
    void othersAreServedWhileACommandWaits(Database.Kind kind, boolean offloaded) throws Exception {
        withPool(kind, offloaded, (pool, url) -> {
            try (CrmServer server = CrmServer.start(ANY_PORT, pool, PATIENCE);
                    TcpStream client = TcpStream.connect(server.address());
                    TcpStream other = TcpStream.connect(server.address());
                    Connection owner = offload(() -> DriverManager.getConnection(url))) {
                String eve = ok(client, "ADD Eve");
                offload(() -> lock(owner, eve));
                Task<String> order = createTask(() -> ok(client, "ORDER " + eve + " 7"));
                yieldNow();

                assertThat(ok(other, "SHOW " + eve)).isEqualTo("Eve owes 0 for 0 orders");
                assertThat(order.isDone()).isFalse();
                offload(() -> owner.rollback());

                order.await();
                assertThat(ok(other, "SHOW " + eve)).isEqualTo("Eve owes 7 for 1 orders");
            }
        });
    }

    private static void lock(Connection owner, String customer) throws Exception {
        owner.setAutoCommit(false);
        try (var update = owner.createStatement()) {
            update.executeUpdate("UPDATE customers SET owes = 5 WHERE id = " + customer);
        }
    }

    /** With one connection: it could not be used again if its query went on. */
    @ParameterizedTest
    @MethodSource("ways")
    void queryThatTakesTooLongIsStoppedAndItsConnectionUsedAgain(Database.Kind kind, boolean offloaded)
            throws Exception {
        withPool(
                kind,
                offloaded,
                (pool, url) -> converse(pool, Duration.ofSeconds(1), client -> {
                    addMany(pool);

                    assertThat(ask(client, "SEATINGS")).isEqualTo("ERROR that would take longer than 1000 ms");

                    assertThat(ok(client, "SHOW 1")).contains(" owes ");
                    assertThat(pool.opened()).isEqualTo(1);
                }));
    }

    /** So many that nobody lives to see in how many ways they can be seated. */
    private static void addMany(ConnectionPool pool) throws Exception {
        for (int i = 0; i < 40; i++) {
            pool.transaction(session -> Customers.add(session, "extra"));
        }
    }

    @ParameterizedTest
    @MethodSource("ways")
    void transactionOfACancelledTaskIsStoppedAndRolledBack(Database.Kind kind, boolean offloaded) throws Exception {
        withPool(kind, offloaded, (pool, url) -> {
            addMany(pool);
            EventLoop loop = EventLoop.current();
            LoopFuture<Long> added = loop.createFuture();
            Task<Long> work = createTask(() -> pool.transaction(session -> {
                long id = Customers.add(session, "Zoe");
                loop.callSoonThreadsafe(() -> added.setResult(id));
                return Customers.seatings(session);
            }));
            long id = added.await();

            work.cancelAndJoin("nobody wants to know any more");

            assertThat(work.state()).isEqualTo(State.CANCELLED);
            String gone = pool.transaction(session -> {
                try {
                    return Customers.show(session, id);
                } catch (IllegalArgumentException notThere) {
                    return "not there";
                }
            });
            assertThat(gone).isEqualTo("not there");
            assertThat(pool.opened()).isEqualTo(1);
        });
    }

    @ParameterizedTest
    @MethodSource("ways")
    void driverIsCalledInTheTaskOrInAThread(Database.Kind kind, boolean offloaded) throws Exception {
        withPool(kind, offloaded, (pool, url) -> {
            boolean inTask = pool.transaction(session -> Thread.currentThread().isVirtual());

            assertThat(inTask).isEqualTo(!offloaded);
        });
    }
}
