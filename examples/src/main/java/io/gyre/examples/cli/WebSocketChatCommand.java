package io.gyre.examples.cli;

import io.gyre.examples.websocket.WebSocketChat;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Runs the chat server for browsers until SIGINT or SIGTERM. */
@Command(
        name = "websocket-chat",
        mixinStandardHelpOptions = true,
        description = "Chat server for browsers, over WebSocket: open http://127.0.0.1:7007/ in two of them.")
final class WebSocketChatCommand implements Callable<Integer> {
    @Mixin
    private Listen listen = new Listen();

    @Override
    public Integer call() throws IOException {
        InetSocketAddress address = listen.address();
        UntilTerminated.run("websocket-chat", () -> {
            try (WebSocketChat chat = WebSocketChat.start(address)) {
                listen.announce(chat.address());
                Listen.untilTold(chat::drain);
            }
        });
        return 0;
    }
}
