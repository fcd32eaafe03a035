package io.gyre.examples.crm;

import static io.gyre.loop.Async.checkCancelled;
import static io.gyre.loop.Async.moveOnAfter;
import static io.gyre.loop.Async.shield;

import io.gyre.loop.TaskGroup;
import io.gyre.loop.sync.CapacityLimiter;
import io.gyre.loop.sync.Event;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Connections to a database, opened on demand and reused.
 *
 * <p>What this example shows:
 *
 * <ul>
 *   <li>A pool for tasks is a {@link CapacityLimiter} and a deque: tasks wait in the limiter, first come, first served,
 *       and nothing needs a lock. A task that asks for a second connection while it holds one gets an exception, not a
 *       deadlock.
 *   <li>Cancelling a call that blocks in a socket closes the socket: the connection is lost, and the database goes on
 *       with the query. So the call is shielded from the cancellation, and a second task waits for the cancellation and
 *       tells the database to stop. The connection survives, and {@code timeout}, {@code Task.cancel} and the end of
 *       the server all stop a query.
 * </ul>
 */
public final class ConnectionPool implements AutoCloseable {
    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);
    private static final Duration STOP_AGAIN = Duration.ofMillis(100);

    /** If the database does not react to a stop for this long, the connection is abandoned. */
    private static final Duration LONGEST_TRANSACTION = Duration.ofMinutes(10);

    private final String url;
    private final Calls calls;
    private final CapacityLimiter places;
    private final Deque<Connection> idle = new ArrayDeque<>();
    private int opened;

    /**
     * Creates an empty pool.
     *
     * @param url the JDBC URL of the database
     * @param size the largest number of connections
     * @param calls how to call the driver
     */
    public ConnectionPool(String url, int size, Calls calls) {
        this.url = url;
        this.calls = calls;
        this.places = new CapacityLimiter("connections", size);
    }

    /** Runs work in a transaction. Suspends. A cancellation makes the database stop and roll back. */
    <T> T transaction(Session.Work<T> work) throws SQLException {
        try (var _ = places.hold()) {
            Connection connection = idle.isEmpty() ? open() : idle.pop();
            var session = new Session(connection);
            try {
                return stoppable(session, work);
            } finally {
                if (session.isUsable()) {
                    idle.push(connection); // the most recently used connection is the least likely to be broken
                }
            }
        }
    }

    private Connection open() throws SQLException {
        opened++; // not inside the call, which may run in another thread
        return calls.run(() -> {
            Connection connection = DriverManager.getConnection(url);
            connection.setAutoCommit(false);
            return connection;
        });
    }

    private <T> T stoppable(Session session, Session.Work<T> work) throws SQLException {
        return TaskGroup.call(group -> {
            var ended = new Event("the end of a transaction");
            group.createTask("stopper of a transaction", () -> stopIfCancelled(session, ended));
            try {
                return shield(LONGEST_TRANSACTION, () -> calls.run(() -> session.inTransaction(work)));
            } catch (SQLException failure) {
                checkCancelled(); // if cancelled, this is why it has failed
                throw failure;
            } finally {
                ended.set();
            }
        });
    }

    private static void stopIfCancelled(Session session, Event ended) throws SQLException {
        try {
            ended.await();
        } finally {
            shield(STOP_LIMIT, () -> {
                while (!ended.isSet()) {
                    session.stop(); // repeated, because a database that has not begun yet ignores it
                    moveOnAfter(STOP_AGAIN, () -> ended.await());
                }
            });
        }
    }

    /** {@return how many connections have been opened so far} */
    int opened() {
        return opened;
    }

    /**
     * Closes the idle connections. Call it when no connection is in use.
     *
     * @throws SQLException if one cannot be closed
     */
    @Override
    public void close() throws SQLException {
        while (!idle.isEmpty()) {
            Connection connection = idle.pop();
            calls.run(() -> {
                connection.close();
                return true;
            });
        }
    }
}
