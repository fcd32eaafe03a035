package io.gyre.examples.cli;

import io.gyre.examples.echo.EchoClient;
import io.gyre.loop.EventLoop;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Loads an echo server and verifies its answers. */
@Command(
        name = "echo-client",
        mixinStandardHelpOptions = true,
        description = "Echo client: loads any echo server, verifies every byte, and measures.")
final class EchoClientCommand implements Callable<Integer> {
    private static final double NANOS_PER_MICRO = 1e3;

    @Spec
    private CommandSpec spec = CommandSpec.create();

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
            defaultValue = "50")
    private int connections;

    @Option(
            names = "--messages",
            description = "Messages per connection. Default: ${DEFAULT-VALUE}",
            defaultValue = "1000")
    private int messages;

    @Option(names = "--size", description = "Bytes per message. Default: ${DEFAULT-VALUE}", defaultValue = "1024")
    private int size;

    @Override
    public Integer call() throws IOException {
        requirePositive("--connections", connections);
        requirePositive("--messages", messages);
        requirePositive("--size", size);
        var client = new EchoClient(host, port, connections, messages, size);
        EchoClient.Result result;
        try (ProgressBar bar = new ProgressBarBuilder()
                .setTaskName("echo")
                .setInitialMax((long) connections * messages)
                .setUpdateIntervalMillis(100)
                .build()) {
            result = EventLoop.run(() -> client.run(bar::step));
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

    private void requirePositive(String option, int value) {
        if (value <= 0) {
            throw new ParameterException(spec.commandLine(), option + " is " + value + "; it must be 1 or more");
        }
    }
}
