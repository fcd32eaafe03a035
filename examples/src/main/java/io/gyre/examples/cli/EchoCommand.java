package io.gyre.examples.cli;

import io.gyre.examples.echo.EchoServer;
import io.gyre.net.TcpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs the echo server until the process is told to stop. */
@Command(
        name = "echo",
        mixinStandardHelpOptions = true,
        description = "Echo server: sends back what it receives. Ends on SIGINT or SIGTERM.")
final class EchoCommand implements Callable<Integer> {
    @Option(names = "--host", description = "Where to listen. Default: ${DEFAULT-VALUE}", defaultValue = "127.0.0.1")
    private String host = "";

    @Option(
            names = "--port",
            description = "Where to listen, 0 for any free port. Default: ${DEFAULT-VALUE}",
            defaultValue = "7007",
            converter = PortConverter.class)
    private int port;

    @Override
    public Integer call() throws IOException {
        // Looks a name up, which would block the loop.
        InetSocketAddress address = new InetSocketAddress(host, port);
        UntilTerminated.run("echo", () -> serve(address));
        return 0;
    }

    private void serve(InetSocketAddress address) throws IOException {
        try (TcpServer server = EchoServer.start(address)) {
            String shown = host.contains(":") ? "[" + host + "]" : host;
            System.out.println("listening on " + shown + ":" + server.address().getPort());
            server.awaitClosed();
        }
    }
}
