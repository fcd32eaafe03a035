package io.gyre.examples.crm;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** A connection, for one transaction. Plain JDBC; one thread at a time calls all methods except {@link #stop}. */
final class Session {
    private final Connection connection;
    private volatile @Nullable Statement latest;
    private volatile boolean stopped;

    /** The work of a transaction. Blocks. */
    @FunctionalInterface
    interface Work<T> {
        T run(Session session) throws SQLException;
    }

    Session(Connection connection) {
        this.connection = connection;
    }

    /** {@return a statement with its parameters} The caller closes it. */
    PreparedStatement prepare(String sql, Object... parameters) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql, Statement.RETURN_GENERATED_KEYS);
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
        latest = statement;
        if (stopped) { // checked last: either this thread sees the stop, or the stopping thread sees the statement
            statement.close();
            throw new SQLTimeoutException("the transaction was stopped");
        }
        return statement;
    }

    /** {@return the result of the work} Commits if the work succeeds, otherwise rolls back. */
    <T> T inTransaction(Work<T> work) throws SQLException {
        try {
            T result = work.run(this);
            latest = null; // from here on nothing may be stopped half-way: here the commit,
            connection.commit();
            return result;
        } catch (Throwable failure) {
            latest = null; // and here the rollback
            try {
                connection.rollback();
            } catch (SQLException broken) {
                failure.addSuppressed(broken);
                connection.close();
            }
            throw failure;
        }
    }

    /**
     * Tells the database to stop the current statement of this session. Blocks: drivers do this over another
     * connection.
     */
    void stop() throws SQLException {
        stopped = true;
        Statement running = latest;
        try {
            if (running != null) {
                running.cancel();
            }
        } catch (SQLException failure) {
            if (!running.isClosed()) { // otherwise it has ended by itself
                throw failure;
            }
        }
    }

    /** {@return whether the connection is good for another transaction} */
    boolean isUsable() throws SQLException {
        return !connection.isClosed();
    }
}
