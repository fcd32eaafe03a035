package io.gyre.examples.cli;

import static io.gyre.loop.Async.shield;
import static io.gyre.loop.Async.sleepForever;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** Shared by the commands of all servers: the address, the line that announces it, and the shutdown. */
final class Listen {
    /** Less than UntilTerminated allows for the whole process. */
    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(1);

    @Option(names = "--host", description = "Where to listen. Default: ${DEFAULT-VALUE}", defaultValue = "127.0.0.1")
    private String host = "";

    @Option(
            names = "--port",
            description = "Where to listen, 0 for any free one. Default: ${DEFAULT-VALUE}",
            defaultValue = "7007",
            converter = PortConverter.class)
    private int port;

    /** {@return the address to listen on} Looks up a name, which would block a loop: call it before the loop starts. */
    InetSocketAddress address() {
        return new InetSocketAddress(host, port);
    }

    /** Announces, for people and scripts, that the server accepts connections. */
    void announce(InetSocketAddress bound) {
        System.out.println("listening on " + (host.contains(":") ? "[" + host + "]" : host) + ":" + bound.getPort());
    }

    /**
     * Waits for SIGINT or SIGTERM, and then for connections to end. Suspends.
     *
     * @param drain waits for the connections, within the given time
     */
    static void untilTold(Consumer<Duration> drain) {
        try {
            sleepForever(); // UntilTerminated cancels this task
        } finally {
            shield(DRAIN_LIMIT.multipliedBy(2), () -> drain.accept(DRAIN_LIMIT));
        }
    }
}
