package io.gyre.examples.crm;

import java.sql.SQLException;
import org.h2.tools.Server;

/**
 * An H2 database with a server of its own, for those who have no MariaDB at hand. Embedded, without a server, it would compute
 * in the thread that asks, and so keep the loop: calls would have to be offloaded.
 */
public final class InMemoryDatabase implements AutoCloseable {
    private final Server server;

    private InMemoryDatabase(Server server) {
        this.server = server;
    }

    /**
     * Starts the database, in threads of its own.
     *
     * @return the database, which is empty
     * @throws SQLException if there is no port for it
     */
    public static InMemoryDatabase start() throws SQLException {
        System.setProperty("h2.bindAddress", "127.0.0.1"); // by default it listens everywhere
        return new InMemoryDatabase(
                Server.createTcpServer("-tcpPort", "0", "-ifNotExists").start());
    }

    /** {@return where it is, for JDBC} */
    public String url() {
        return "jdbc:h2:tcp://127.0.0.1:" + server.getPort() + "/mem:crm;DB_CLOSE_DELAY=-1";
    }

    @Override
    public void close() {
        server.stop();
    }
}
