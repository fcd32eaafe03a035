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
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
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

    @Mixin
    private ServerAddress server = new ServerAddress();

    @Override
    public Integer call() throws IOException {
        Instant time = EventLoop.run(() -> {
            var address = new InetSocketAddress(Dns.resolve(server.host()).getFirst(), server.port());
            return TimeClient.ask(address, PATIENCE, ATTEMPTS);
        });
        PrintWriter out = spec.commandLine().getOut();
        out.println(time);
        out.flush();
        return 0;
    }
}
