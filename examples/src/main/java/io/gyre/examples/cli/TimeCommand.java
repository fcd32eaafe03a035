package io.gyre.examples.cli;

import io.gyre.examples.time.TimeServer;
import io.gyre.net.UdpSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Runs the time server until SIGINT or SIGTERM. */
@Command(
        name = "time",
        mixinStandardHelpOptions = true,
        description = "UDP time server: a loop over packets (RFC 868).")
final class TimeCommand implements Callable<Integer> {
    @Mixin
    private Listen listen = new Listen();

    @Override
    public Integer call() throws IOException {
        InetSocketAddress address = listen.address();
        UntilTerminated.run("time", () -> {
            try (UdpSocket socket = UdpSocket.bind(address)) {
                listen.announce(socket.local());
                TimeServer.serve(socket, InstantSource.system());
            }
        });
        return 0;
    }
}
