package io.gyre.examples.crm;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** A connection, for one transaction. Plain JDBC; all but {@link #stop} is called by one thread at a time. */
final class Session {
    private final Connection connection;
    private volatile @Nullable Statement latest;
    private volatile boolean stopped;

    /** What is done in a transaction. Blocks. */
    @FunctionalInterface
    interface Work<T> {
        T run(Session session) throws SQLException;
    }

    Session(Connection connection) {
        this.connection = connection;
    }

    /** {@return a statement with its parameters} Whoever asks for it closes it. */
    PreparedStatement prepare(String sql, Object... parameters) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql, Statement.RETURN_GENERATED_KEYS);
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
        latest = statement;
        if (stopped) { // asked for last: either this is seen here, or the statement there
            statement.close();
            throw new SQLTimeoutException("the transaction was stopped");
        }
        return statement;
    }

    /** {@return what work returns} It is committed if it ends well, else rolled back. */
    <T> T inTransaction(Work<T> work) throws SQLException {
        try {
            T result = work.run(this);
            latest = null; // what comes now must not be stopped half-way: here the commit,
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

    /** Has the database give up what it does for this session. Blocks: drivers ask for that over another connection. */
    void stop() throws SQLException {
        stopped = true;
        Statement running = latest;
        try {
            if (running != null) {
                running.cancel();
            }
        } catch (SQLException failure) {
            if (!running.isClosed()) { // else it has ended by itself
                throw failure;
            }
        }
    }

    /** {@return whether the connection is good for another transaction} */
    boolean isUsable() throws SQLException {
        return !connection.isClosed();
    }
}
