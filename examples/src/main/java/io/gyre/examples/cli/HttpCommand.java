package io.gyre.examples.cli;

import io.gyre.examples.http.HttpServer;
import io.gyre.net.TcpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Runs the HTTP server until SIGINT or SIGTERM. */
@Command(
        name = "http",
        mixinStandardHelpOptions = true,
        description = "HTTP server over Netty's codec. Talk to it with curl.")
final class HttpCommand implements Callable<Integer> {
    @Mixin
    private Listen listen = new Listen();

    @Override
    public Integer call() throws IOException {
        InetSocketAddress address = listen.address();
        UntilTerminated.run("http", () -> {
            try (TcpServer server = HttpServer.serve(address)) {
                listen.announce(server.address());
                Listen.untilTold(server::drain);
            }
        });
        return 0;
    }
}
