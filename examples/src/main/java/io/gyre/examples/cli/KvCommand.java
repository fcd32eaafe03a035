package io.gyre.examples.cli;

import io.gyre.examples.kv.KvServer;
import io.gyre.net.tls.ClientCertificates;
import io.gyre.net.tls.TlsOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs the key-value server until SIGINT or SIGTERM. */
@Command(
        name = "kv",
        mixinStandardHelpOptions = true,
        description = "Key-value server: a line protocol, expiry by timers, TCP and Unix socket, graceful end.")
final class KvCommand implements Callable<Integer> {
    @Mixin
    private Listen listen = new Listen();

    @Option(names = "--unix", paramLabel = "PATH", description = "Where to listen as well: a Unix socket.")
    private @Nullable Path socket;

    @Option(
            names = "--tls",
            description =
                    "Speak TLS over TCP, with --tls-cert and --tls-key, or with a self-signed certificate made now.")
    private boolean tls;

    @Option(
            names = "--tls-clients",
            paramLabel = "FILE",
            description = "A PEM file: only clients whose certificate it has, or has signed, are served.")
    private @Nullable Path clients;

    @Mixin
    private TlsCertificate certificate = new TlsCertificate();

    @Override
    public Integer call() throws IOException {
        certificate.check();
        InetSocketAddress address = listen.address();
        UntilTerminated.run("kv", () -> {
            try (KvServer server =
                    tls ? KvServer.start(address, tlsOptions(), socket) : KvServer.start(address, socket)) {
                listen.announce(server.address());
                Listen.untilTold(server::drain);
            }
        });
        return 0;
    }

    private TlsOptions tlsOptions() throws IOException {
        TlsOptions options = certificate.forServer();
        return clients == null ? options : options.withTrust(clients).withClientCertificates(ClientCertificates.NEEDED);
    }
}
