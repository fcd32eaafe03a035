package io.gyre.examples.cli;

import io.gyre.examples.echo.EchoServer;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopOptions;
import io.gyre.net.TcpServer;
import io.gyre.net.os.Signals;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs the echo server until SIGINT or SIGTERM. */
@Command(
        name = "echo",
        mixinStandardHelpOptions = true,
        description = "Echo server: sends back what it receives. Ends on SIGINT or SIGTERM, with exit code 0.")
final class EchoCommand implements Callable<Integer> {
    /** An echo is short: a client that has not received it by then is not reading. */
    private static final Duration GRACE = Duration.ofSeconds(1);

    @Mixin
    private Listen listen = new Listen();

    @Option(
            names = "--tls",
            description = "Speak TLS, with --tls-cert and --tls-key, or with a self-signed certificate made now.")
    private boolean tls;

    @Mixin
    private TlsCertificate certificate = new TlsCertificate();

    @Override
    public Integer call() throws IOException {
        certificate.check();
        InetSocketAddress address = listen.address();
        EventLoop.run(LoopOptions.defaults().withName("echo"), () -> serve(address));
        return 0;
    }

    private void serve(InetSocketAddress address) throws IOException {
        try (TcpServer server = tls ? EchoServer.start(address, certificate.forServer()) : EchoServer.start(address)) {
            Signals.drainOn(server, GRACE, "TERM", "INT");
            listen.announce(server.address());
            server.awaitClosed();
        }
    }
}
