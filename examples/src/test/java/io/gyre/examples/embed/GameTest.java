package io.gyre.examples.embed;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.examples.Talk;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

/** The test's thread draws; another one plays, over a blocking socket, and sees what is drawn. */
final class GameTest {
    private final LinkedBlockingQueue<String> frames = new LinkedBlockingQueue<>();

    /** Runs the game while another thread does something and then quits. */
    private void play(Game game, Callable<?> player) throws Exception {
        var playing = new FutureTask<Object>(() -> {
            try {
                return player.call();
            } finally {
                game.quit();
            }
        });
        Thread.ofPlatform().name("player").start(playing);
        game.run(frames::add);
        playing.get();
    }

    private void awaitFrameWith(String part) throws InterruptedException {
        while (!frames.take().contains(part)) {
            // the next one, perhaps
        }
    }

    private static Socket connect(Game game) throws IOException {
        return new Socket(game.address().getAddress(), game.address().getPort());
    }

    private static String hear(Socket server, int length) throws IOException {
        return new String(server.getInputStream().readNBytes(length), US_ASCII);
    }

    @Test
    void playersAreServedBetweenFrames() throws Exception {
        try (Game game = new Game(Talk.ANY_PORT)) {
            play(game, () -> {
                try (Socket player = connect(game)) {
                    assertThat(hear(player, 10)).isEqualTo("you are B;");
                    awaitFrameWith("....B....");

                    player.getOutputStream().write("rrr".getBytes(US_ASCII));
                    awaitFrameWith("A..B");

                    player.getOutputStream().write('q');
                    player.getInputStream().readAllBytes();
                    awaitFrameWith("A...");
                }
                return null;
            });
        }
    }

    @Test
    void keysOfAnotherThreadMoveTheLocalPlayer() throws Exception {
        try (Game game = new Game(Talk.ANY_PORT)) {
            play(game, () -> {
                awaitFrameWith(".".repeat(World.WIDTH / 2) + "A");
                for (int i = 0; i < World.WIDTH; i++) {
                    game.press('l');
                }
                String leftmost = "A" + ".".repeat(World.WIDTH - 1);
                awaitFrameWith(leftmost);
                return null;
            });
        }
    }

    @Test
    void closingEndsConnections() throws Exception {
        Socket[] player = new Socket[1];
        try (Game game = new Game(Talk.ANY_PORT)) {
            play(game, () -> {
                player[0] = connect(game);
                return hear(player[0], 10);
            });
        }
        try (Socket left = player[0]) {
            assertThat(new String(left.getInputStream().readAllBytes(), US_ASCII))
                    .endsWith("q ends\n");
        }
    }

    @Test
    void takenPortLeavesNoLoopBehind() throws Exception {
        try (Game game = new Game(Talk.ANY_PORT)) {
            InetSocketAddress taken = game.address();

            assertThatThrownBy(() -> new Game(taken)).isInstanceOf(BindException.class);
        }
    }
}
