package io.gyre.examples.cli;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;

import io.gyre.examples.echo.EchoClient;
import io.gyre.loop.EventLoop;
import io.gyre.net.Dns;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Loads an echo server and verifies its answers. */
@Command(
        name = "echo-client",
        mixinStandardHelpOptions = true,
        description = "Echo client: loads any echo server, verifies every byte, and measures.")
final class EchoClientCommand implements Callable<Integer> {
    private static final double NANOS_PER_MICRO = 1e3;
    private static final int WARM_UP_SHARE = 5;
    private static final Duration STEP = Duration.ofMillis(100);

    @Option(
            names = "--host",
            description = "Where the server is. Default: ${DEFAULT-VALUE}",
            defaultValue = "127.0.0.1")
    private String host = "";

    @Option(names = "--port", description = "Where the server is.", required = true, converter = PortConverter.class)
    private int port;

    @Option(
            names = "--connections",
            description = "Connections at the same time. Default: ${DEFAULT-VALUE}",
            defaultValue = "50",
            converter = PositiveConverter.class)
    private int connections;

    @Option(
            names = "--size",
            description = "Bytes per message. Default: ${DEFAULT-VALUE}",
            defaultValue = "1024",
            converter = PositiveConverter.class)
    private int size;

    @Option(
            names = "--seconds",
            description = "How long to measure, after a warm-up of a fifth of it. Default: ${DEFAULT-VALUE}",
            defaultValue = "5",
            converter = PositiveConverter.class)
    private int seconds;

    @Option(
            names = "--timeout",
            description = "Milliseconds of silence after which the client gives up. Default: ${DEFAULT-VALUE}",
            defaultValue = "5000",
            converter = PositiveConverter.class)
    private int timeoutMillis;

    @Override
    public Integer call() throws IOException {
        Duration length = Duration.ofSeconds(seconds);
        Duration warmUp = length.dividedBy(WARM_UP_SHARE);
        var load = new EchoClient.Load(connections, size, warmUp, length, Duration.ofMillis(timeoutMillis));
        EchoClient.Result result;
        try (var progress = ProgressOnTerminal.open("echo", warmUp.plus(length).dividedBy(STEP))) {
            result = EventLoop.run(() -> {
                createTask("progress", () -> {
                    for (; ; ) {
                        sleep(STEP);
                        progress.step();
                    }
                });
                var server = new InetSocketAddress(Dns.resolve(host).getFirst(), port);
                return new EchoClient(server, load).run();
            });
        }
        System.out.println(describe(result));
        return 0;
    }

    private String describe(EchoClient.Result result) {
        Histogram latencies = result.latencies();
        return String.format(
                Locale.ROOT,
                "%d messages of %d bytes on %d connections, all bytes verified: %.0f messages/s, p50 %.0f µs, p99 %.0f µs",
                result.messages(),
                size,
                connections,
                result.messagesPerSecond(),
                latencies.getValueAtPercentile(50) / NANOS_PER_MICRO,
                latencies.getValueAtPercentile(99) / NANOS_PER_MICRO);
    }
}
