package io.gyre.examples.crm;

import java.sql.SQLException;
import org.h2.tools.Server;

/**
 * An H2 database with its own server, for users without MariaDB. An embedded database, without a server, would compute
 * in the calling thread and block the loop: calls would have to be offloaded.
 */
public final class InMemoryDatabase implements AutoCloseable {
    private final Server server;

    private InMemoryDatabase(Server server) {
        this.server = server;
    }

    /**
     * Starts the database in its own threads.
     *
     * @return the empty database
     * @throws SQLException if no port is free
     */
    public static InMemoryDatabase start() throws SQLException {
        System.setProperty("h2.bindAddress", "127.0.0.1"); // by default it listens on all addresses
        return new InMemoryDatabase(
                Server.createTcpServer("-tcpPort", "0", "-ifNotExists").start());
    }

    /** {@return its JDBC URL} */
    public String url() {
        return "jdbc:h2:tcp://127.0.0.1:" + server.getPort() + "/mem:crm;DB_CLOSE_DELAY=-1";
    }

    @Override
    public void close() {
        server.stop();
    }
}
