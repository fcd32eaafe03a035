package io.gyre.examples.cli;

import static io.gyre.loop.Async.shield;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopFuture;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** What the commands of all servers have in common: where they listen, the line that says so, and how they end. */
final class Listen {
    /** Less than UntilTerminated gives the whole process. */
    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(1);

    @Option(names = "--host", description = "Where to listen. Default: ${DEFAULT-VALUE}", defaultValue = "127.0.0.1")
    private String host = "";

    @Option(
            names = "--port",
            description = "Where to listen, 0 for any free one. Default: ${DEFAULT-VALUE}",
            defaultValue = "7007",
            converter = PortConverter.class)
    private int port;

    /** {@return where to listen} Looks a name up, which would block a loop: call it before there is one. */
    InetSocketAddress address() {
        return new InetSocketAddress(host, port);
    }

    /** Says that connections are accepted now, for people and scripts alike. */
    void announce(InetSocketAddress bound) {
        System.out.println("listening on " + (host.contains(":") ? "[" + host + "]" : host) + ":" + bound.getPort());
    }

    /**
     * Waits until the process is told to stop, and then for connections to come to an end. Suspends.
     *
     * @param drain does the latter, within the time that it is given
     */
    static void untilTold(Consumer<Duration> drain) {
        try {
            LoopFuture<?> never = EventLoop.current().createFuture();
            never.await(); // UntilTerminated cancels this task
        } finally {
            shield(DRAIN_LIMIT.multipliedBy(2), () -> drain.accept(DRAIN_LIMIT));
        }
    }
}
