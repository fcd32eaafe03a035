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
 * Connections to a database, made when they are needed and used again.
 *
 * <p>What to learn here:
 *
 * <ul>
 *   <li>A pool for tasks is a {@link CapacityLimiter} and a deque: tasks wait in the limiter, first come, first served, and none
 *       of this needs a lock. A task that would wait for a second connection while it has one gets an exception, not a deadlock.
 *   <li>To cancel a call that blocks in a socket closes the socket: the connection is lost, and the database goes on. So the call
 *       is shielded from the cancellation, and beside it a task waits for that and tells the database instead. Then the
 *       connection lives, and {@code timeout}, {@code Task.cancel} and the end of the server all stop a query.
 * </ul>
 */
public final class ConnectionPool implements AutoCloseable {
    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);
    private static final Duration STOP_AGAIN = Duration.ofMillis(100);

    /** A database that has not even reacted to being told to stop for so long is given up, with the connection. */
    private static final Duration LONGEST_TRANSACTION = Duration.ofMinutes(10);

    private final String url;
    private final Calls calls;
    private final CapacityLimiter places;
    private final Deque<Connection> idle = new ArrayDeque<>();
    private int opened;

    /**
     * Makes a pool, which is empty.
     *
     * @param url where the database is, as its driver has it
     * @param size how many connections there are at the most
     * @param calls how the driver is called
     */
    public ConnectionPool(String url, int size, Calls calls) {
        this.url = url;
        this.calls = calls;
        this.places = new CapacityLimiter("connections", size);
    }

    /** Runs work in a transaction. Suspends; if it is cancelled, the database is told to stop, and rolls back. */
    <T> T transaction(Session.Work<T> work) throws SQLException {
        try (var _ = places.hold()) {
            Connection connection = idle.isEmpty() ? open() : idle.pop();
            var session = new Session(connection);
            try {
                return stoppable(session, work);
            } finally {
                if (session.isUsable()) {
                    idle.push(connection); // the one that was used last is the least likely to have been dropped
                }
            }
        }
    }

    private Connection open() throws SQLException {
        opened++; // not in the call, which may run in another thread
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
                checkCancelled(); // if we are, that is why it has failed
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
                    session.stop(); // which a database that has not begun yet takes no notice of: so more than once
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
     * Closes the connections that nobody uses. Call it when nobody uses any.
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
