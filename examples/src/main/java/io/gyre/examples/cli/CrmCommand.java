package io.gyre.examples.cli;

import io.gyre.examples.crm.Calls;
import io.gyre.examples.crm.ConnectionPool;
import io.gyre.examples.crm.CrmServer;
import io.gyre.examples.crm.InMemoryDatabase;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs the CRM server until SIGINT or SIGTERM. */
@Command(
        name = "crm",
        mixinStandardHelpOptions = true,
        description = "Server over a JDBC driver that blocks: called straight or offloaded, a pool, time-outs.")
final class CrmCommand implements Callable<Integer> {
    @Mixin
    private Listen listen = new Listen();

    @Option(
            names = "--url",
            description = "Such as jdbc:mariadb://localhost/crm?user=me&password=x. Default: an H2 server in memory.")
    private @Nullable String url;

    @Option(names = "--offload", description = "Call the driver in other threads instead of in the tasks.")
    private boolean offload;

    @Option(
            names = "--pool",
            description = "Connections to the database. Default: ${DEFAULT-VALUE}",
            defaultValue = "8",
            converter = PositiveConverter.class)
    private int poolSize;

    @Option(
            names = "--query-timeout",
            description = "Milliseconds that a command may take. Default: ${DEFAULT-VALUE}",
            defaultValue = "2000",
            converter = PositiveConverter.class)
    private int queryTimeoutMillis;

    @Override
    public Integer call() throws Exception {
        if (url != null) {
            serve(url);
        } else {
            try (InMemoryDatabase database = InMemoryDatabase.start()) {
                serve(database.url());
            }
        }
        return 0;
    }

    private void serve(String database) throws Exception {
        InetSocketAddress address = listen.address();
        CrmServer.prepare(database);
        UntilTerminated.run("crm", () -> {
            Calls calls = offload ? Calls.offloaded(poolSize) : Calls.straight();
            try (var pool = new ConnectionPool(database, poolSize, calls);
                    CrmServer server = CrmServer.start(address, pool, Duration.ofMillis(queryTimeoutMillis))) {
                listen.announce(server.address());
                Listen.untilTold(server::drain);
            }
        });
    }
}
