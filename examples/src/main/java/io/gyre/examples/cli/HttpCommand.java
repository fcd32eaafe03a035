package io.gyre.examples.cli;

import io.gyre.examples.http.HttpServer;
import io.gyre.examples.http.HttpsServer;
import io.gyre.net.TcpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs the HTTP server until SIGINT or SIGTERM. */
@Command(
        name = "http",
        mixinStandardHelpOptions = true,
        description = "HTTP server over Netty's codecs: /, /json, /numbers, and POST /echo. Talk to it with curl.")
final class HttpCommand implements Callable<Integer> {
    @Mixin
    private Listen listen = new Listen();

    @Option(
            names = "--tls",
            description = "Speak HTTPS, HTTP/2 or HTTP/1.1, with --tls-cert and --tls-key, or with a self-signed"
                    + " certificate made now.")
    private boolean tls;

    @Mixin
    private TlsCertificate certificate = new TlsCertificate();

    @Override
    public Integer call() throws IOException {
        certificate.check();
        InetSocketAddress address = listen.address();
        UntilTerminated.run("http", () -> {
            try (TcpServer server =
                    tls ? HttpsServer.serve(address, certificate.forNetty()) : HttpServer.serve(address)) {
                listen.announce(server.address());
                Listen.untilTold(server::drain);
            }
        });
        return 0;
    }
}
