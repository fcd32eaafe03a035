package io.gyre.examples.cli;

import io.gyre.examples.chat.ChatServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Runs the chat server until SIGINT or SIGTERM. */
@Command(
        name = "chat",
        mixinStandardHelpOptions = true,
        description = "Chat server: broadcast, slow readers, a goodbye. Talk to it with nc.")
final class ChatCommand implements Callable<Integer> {
    @Mixin
    private Listen listen = new Listen();

    @Override
    public Integer call() throws IOException {
        InetSocketAddress address = listen.address();
        UntilTerminated.run("chat", () -> {
            try (ChatServer chat = ChatServer.start(address)) {
                listen.announce(chat.address());
                Listen.untilTold(chat::drain);
            }
        });
        return 0;
    }
}
