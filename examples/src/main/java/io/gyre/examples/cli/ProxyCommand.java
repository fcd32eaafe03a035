package io.gyre.examples.cli;

import io.gyre.examples.proxy.Proxy;
import io.gyre.net.ConnectOptions;
import io.gyre.net.tls.TlsOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs the proxy until SIGINT or SIGTERM. */
@Command(
        name = "proxy",
        mixinStandardHelpOptions = true,
        description = "TCP proxy: relays both directions, with limits and counts.")
final class ProxyCommand implements Callable<Integer> {
    @Mixin
    private Listen listen = new Listen();

    @Parameters(index = "0", paramLabel = "HOST", description = "The server to pass connections on to.")
    private String host = "";

    @Parameters(index = "1", paramLabel = "PORT", description = "Its port.", converter = PortConverter.class)
    private int port;

    @Option(
            names = "--max-connections",
            description = "Connections at the same time; more wait. Default: ${DEFAULT-VALUE}",
            defaultValue = "1000",
            converter = PositiveConverter.class)
    private int maxConnections;

    @Option(
            names = "--connect-timeout",
            description = "Milliseconds to reach the server. Default: ${DEFAULT-VALUE}",
            defaultValue = "5000",
            converter = PositiveConverter.class)
    private int connectTimeoutMillis;

    @Option(
            names = "--tls-listen",
            description =
                    "Clients speak TLS, with --tls-cert and --tls-key, or with a self-signed certificate made now.")
    private boolean tlsListen;

    @Option(names = "--tls-connect", description = "The server speaks TLS.")
    private boolean tlsConnect;

    @Mixin
    private TlsCertificate certificate = new TlsCertificate();

    @Mixin
    private TlsTrust trust = new TlsTrust();

    @Override
    public Integer call() throws IOException {
        InetSocketAddress address = listen.address();
        certificate.check();
        var options = ConnectOptions.defaults().withTimeout(Duration.ofMillis(connectTimeoutMillis));
        var target = new Proxy.Target(host, port, options, tlsConnect ? trust.applyTo(TlsOptions.defaults()) : null);
        UntilTerminated.run("proxy", () -> {
            TlsOptions clients = tlsListen ? certificate.forServer() : null;
            try (Proxy proxy = Proxy.start(address, clients, maxConnections, target)) {
                listen.announce(proxy.address());
                Listen.untilTold(limit -> {
                    proxy.drain(limit);
                    System.err.println("proxy: " + proxy.counts());
                });
            }
        });
        return 0;
    }
}
