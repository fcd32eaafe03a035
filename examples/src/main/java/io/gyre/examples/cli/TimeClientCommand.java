package io.gyre.examples.cli;

import io.gyre.examples.time.TimeClient;
import io.gyre.loop.EventLoop;
import io.gyre.net.Dns;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Asks a time server. */
@Command(
        name = "time-client",
        mixinStandardHelpOptions = true,
        description = "UDP time client: asks again when a packet is lost.")
final class TimeClientCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofMillis(500);
    private static final int ATTEMPTS = 3;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--host",
            description = "Where the server is. Default: ${DEFAULT-VALUE}",
            defaultValue = "127.0.0.1")
    private String host = "";

    @Option(
            names = "--port",
            description = "Where the server is. Default: ${DEFAULT-VALUE}",
            defaultValue = "7007",
            converter = PortConverter.class)
    private int port;

    @Override
    public Integer call() throws IOException {
        Instant time = EventLoop.run(() -> {
            var server = new InetSocketAddress(Dns.resolve(host).getFirst(), port);
            return TimeClient.ask(server, PATIENCE, ATTEMPTS);
        });
        PrintWriter out = spec.commandLine().getOut();
        out.println(time);
        out.flush();
        return 0;
    }
}
