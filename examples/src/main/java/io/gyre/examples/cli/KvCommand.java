package io.gyre.examples.cli;

import io.gyre.examples.kv.KvServer;
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

    @Override
    public Integer call() throws IOException {
        InetSocketAddress address = listen.address();
        UntilTerminated.run("kv", () -> {
            try (KvServer server = KvServer.start(address, socket)) {
                listen.announce(server.address());
                Listen.untilTold(server::drain);
            }
        });
        return 0;
    }
}
