package io.gyre.examples.cli;

import io.gyre.examples.embed.Game;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Runs the game in the main thread, with keys from another thread. */
@Command(
        name = "embed",
        mixinStandardHelpOptions = true,
        description = {
            "Embedding: a game that owns its thread draws frames, and serves players in between.",
            "Type l, r or q and the enter key; or play with nc."
        })
final class EmbedCommand implements Callable<Integer> {
    @Mixin
    private Listen listen = new Listen();

    private String shown = "";

    @Override
    public Integer call() throws IOException {
        InetSocketAddress address = listen.address();
        try (Game game = new Game(address)) {
            listen.announce(game.address());
            Thread.ofPlatform().daemon().name("keyboard").start(() -> readKeys(game));
            game.run(this::show);
        }
        System.out.println();
        return 0;
    }

    /**
     * Reading System.in on the game's thread would block the loop and the frames. When the input ends, the game goes on
     * without keys.
     */
    private static void readKeys(Game game) {
        try {
            for (int key = System.in.read(); key >= 0; key = System.in.read()) {
                if (key == 'q') {
                    game.quit();
                    return;
                }
                game.press((char) key);
            }
        } catch (IOException noKeyboard) {
            System.err.println("embed: no more keys: " + noKeyboard.getMessage());
        }
    }

    private void show(String frame) {
        if (!frame.equals(shown)) {
            System.out.print("\r" + frame);
            System.out.flush();
            shown = frame;
        }
    }
}
