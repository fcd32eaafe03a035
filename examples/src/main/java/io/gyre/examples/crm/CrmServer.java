package io.gyre.examples.crm;

import static io.gyre.loop.Async.timeout;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.gyre.loop.TimeoutException;
import io.gyre.net.LimitExceededException;
import io.gyre.net.TcpServer;
import io.gyre.net.TcpStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * Customers and their orders, over a line protocol.
 *
 * <pre>
 *   ADD name              OK id
 *   ORDER id cents        OK id of the order
 *   SHOW id               OK all data of the customer
 *   SEATINGS              OK a number that may take forever to find
 *   anything else         ERROR why; the connection goes on
 * </pre>
 *
 * <p>What this example shows: the program is asynchronous although its database driver is not, and although most of its
 * code does not know about it. A query suspends the task of its connection, and the usual {@code timeout} limits it.
 */
public final class CrmServer implements AutoCloseable {
    private static final int MAX_LINE_BYTES = 1000;

    private final ConnectionPool pool;
    private final Duration queryTimeout;
    private final TcpServer server;

    private CrmServer(InetSocketAddress address, ConnectionPool pool, Duration queryTimeout) throws IOException {
        this.pool = pool;
        this.queryTimeout = queryTimeout;
        this.server = TcpServer.serve(address, this::serve);
    }

    /**
     * Prepares a database. Blocks: call it before the loop starts.
     *
     * @param url the JDBC URL of the database
     * @throws SQLException if the database refuses
     */
    public static void prepare(String url) throws SQLException {
        Customers.createTables(url);
    }

    /**
     * Starts a server.
     *
     * @param address the address to listen on
     * @param pool connections to a prepared database; belongs to the caller
     * @param queryTimeout how long a command may take, including the wait for a connection
     * @return the listening server
     * @throws IOException if the address is taken
     */
    public static CrmServer start(InetSocketAddress address, ConnectionPool pool, Duration queryTimeout)
            throws IOException {
        return new CrmServer(address, pool, queryTimeout);
    }

    /** {@return the address of the server} */
    public InetSocketAddress address() {
        return server.address();
    }

    private void serve(TcpStream client) throws IOException {
        try {
            Optional<String> line = client.readLine(MAX_LINE_BYTES);
            while (line.isPresent()) {
                say(client, answer(line.get()));
                line = client.readLine(MAX_LINE_BYTES);
            }
        } catch (LimitExceededException tooLong) {
            say(client, "ERROR a line has at most " + MAX_LINE_BYTES + " bytes; goodbye");
        }
    }

    private static void say(TcpStream client, String answer) throws IOException {
        client.write((answer + "\n").getBytes(UTF_8));
    }

    private String answer(String line) {
        try {
            Session.Work<String> work = work(line.split(" ", 3));
            return "OK " + timeout(queryTimeout, () -> pool.transaction(work));
        } catch (TimeoutException late) {
            return "ERROR that would take longer than " + queryTimeout.toMillis() + " ms";
        } catch (SQLException | IllegalArgumentException failure) {
            return "ERROR "
                    + String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
        }
    }

    private static Session.Work<String> work(String[] words) {
        String command = words[0].toUpperCase(Locale.ROOT) + " " + (words.length - 1);
        return switch (command) {
            case "ADD 1" -> session -> "" + Customers.add(session, words[1]);
            case "ORDER 2" -> session -> "" + Customers.order(session, number(words[1]), number(words[2]));
            case "SHOW 1" -> session -> Customers.show(session, number(words[1]));
            case "SEATINGS 0" -> session -> "" + Customers.seatings(session);
            default ->
                throw new IllegalArgumentException("say ADD name, ORDER customer cents, SHOW customer, or SEATINGS");
        };
    }

    private static long number(String text) {
        if (!text.matches("\\d{1,9}")) {
            throw new IllegalArgumentException("'" + text + "' is no number");
        }
        return Long.parseLong(text);
    }

    /**
     * Finishes running commands and ends all connections. Suspends.
     *
     * @param limit the longest time for it
     * @return whether it finished in time
     */
    public boolean drain(Duration limit) {
        return server.drain(limit);
    }

    /** Aborts all connections and stops their queries. */
    @Override
    public void close() {
        server.close();
    }
}
