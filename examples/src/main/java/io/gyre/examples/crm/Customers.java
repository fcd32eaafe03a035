package io.gyre.examples.crm;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The business logic of the CRM. Plain JDBC that does not know about the loop, like code that existed before it.
 */
final class Customers {
    /** The credit limit of a customer, in cents. */
    private static final long CREDIT = 100_000;

    private Customers() {}

    /** Creates the tables if they do not exist. Blocks: call it before the loop starts. */
    static void createTables(String url) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE IF NOT EXISTS customers (id BIGINT AUTO_INCREMENT PRIMARY KEY,"
                    + " name VARCHAR(100) NOT NULL, owes BIGINT NOT NULL DEFAULT 0)");
            statement.execute("CREATE TABLE IF NOT EXISTS orders (id BIGINT AUTO_INCREMENT PRIMARY KEY,"
                    + " customer BIGINT NOT NULL, cents BIGINT NOT NULL,"
                    + " FOREIGN KEY (customer) REFERENCES customers (id))");
        }
    }

    static long add(Session session, String name) throws SQLException {
        return insert(session, "INSERT INTO customers (name) VALUES (?)", name);
    }

    /**
     * Takes an order: stores the order and the new debt of the customer, or neither if the debt would exceed the credit
     * limit.
     */
    static long order(Session session, long customer, long cents) throws SQLException {
        try (PreparedStatement update =
                session.prepare("UPDATE customers SET owes = owes + ? WHERE id = ?", cents, customer)) {
            if (update.executeUpdate() == 0) {
                throw new IllegalArgumentException("there is no customer " + customer);
            }
        }
        long order = insert(session, "INSERT INTO orders (customer, cents) VALUES (?, ?)", customer, cents);
        try (PreparedStatement query = session.prepare("SELECT owes FROM customers WHERE id = ?", customer);
                ResultSet rows = query.executeQuery()) {
            rows.next();
            if (rows.getLong(1) > CREDIT) {
                throw new IllegalArgumentException("customer " + customer + " would owe us more than " + CREDIT);
            }
        }
        return order;
    }

    private static long insert(Session session, String sql, Object... values) throws SQLException {
        try (PreparedStatement insert = session.prepare(sql, values)) {
            insert.executeUpdate();
            try (ResultSet keys = insert.getGeneratedKeys()) {
                keys.next();
                return keys.getLong(1);
            }
        }
    }

    static String show(Session session, long customer) throws SQLException {
        try (PreparedStatement query = session.prepare(
                        "SELECT name, owes, (SELECT COUNT(*) FROM orders o WHERE o.customer = c.id)"
                                + " FROM customers c WHERE id = ?",
                        customer);
                ResultSet rows = query.executeQuery()) {
            if (!rows.next()) {
                throw new IllegalArgumentException("there is no customer " + customer);
            }
            return rows.getString(1) + " owes " + rows.getLong(2) + " for " + rows.getLong(3) + " orders";
        }
    }

    /** Counts the ways to seat eight customers in a row, with a query that takes unexpectedly long. */
    static long seatings(Session session) throws SQLException {
        try (PreparedStatement query = session.prepare("SELECT COUNT(*) FROM customers a, customers b, customers c,"
                        + " customers d, customers e, customers f, customers g, customers h WHERE a.owes + b.owes + c.owes"
                        + " + d.owes + e.owes + f.owes + g.owes + h.owes >= 0");
                ResultSet rows = query.executeQuery()) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
