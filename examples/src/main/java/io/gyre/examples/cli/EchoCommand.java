package io.gyre.examples.cli;

import io.gyre.examples.echo.EchoServer;
import io.gyre.net.TcpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Runs the echo server until the process is told to stop. */
@Command(
        name = "echo",
        mixinStandardHelpOptions = true,
        description = "Echo server: sends back what it receives. Ends on SIGINT or SIGTERM.")
final class EchoCommand implements Callable<Integer> {
    @Mixin
    private Listen listen = new Listen();

    @Override
    public Integer call() throws IOException {
        InetSocketAddress address = listen.address();
        UntilTerminated.run("echo", () -> serve(address));
        return 0;
    }

    private void serve(InetSocketAddress address) throws IOException {
        try (TcpServer server = EchoServer.start(address)) {
            listen.announce(server.address());
            server.awaitClosed();
        }
    }
}
