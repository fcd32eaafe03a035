package io.gyre.examples.embed;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopOptions;
import io.gyre.net.TcpServer;
import io.gyre.net.TcpStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * A game whose thread draws 60 frames per second and serves players over TCP between the frames.
 *
 * <p>What this example shows:
 *
 * <ul>
 *   <li>{@link EventLoop#runOnce} runs one tick and returns: the program keeps its thread. The rest of the frame limits
 *       how long the tick waits for work and how long it works.
 *   <li>The same thread draws and changes the world, without a lock.
 *   <li>Other threads use {@link EventLoop#callSoonThreadsafe}; {@link EventLoop#wakeup} ends a wait after a change
 *       that the loop cannot see.
 *   <li>Code that creates a loop closes it: closing cancels the loop's tasks and waits for them.
 * </ul>
 */
public final class Game implements AutoCloseable {
    private static final long FRAME_NANOS = Duration.ofMillis(16).toNanos();
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(1);

    private final EventLoop loop = EventLoop.create(LoopOptions.defaults().withName("game"));
    private final World world = new World();
    private final char local = world.enter();
    private final TcpServer server;
    private volatile boolean over;

    /**
     * Starts the server. The same thread should run the game.
     *
     * @param address the address to listen on
     * @throws IOException if the address is taken
     */
    public Game(InetSocketAddress address) throws IOException {
        try {
            server = loop.runUntilComplete(() -> TcpServer.serve(address, this::play));
        } catch (Throwable failure) {
            loop.close();
            throw failure;
        }
    }

    /** {@return the address of the server} */
    public InetSocketAddress address() {
        return server.address();
    }

    private void play(TcpStream player) throws IOException {
        char who = world.enter();
        try {
            player.write(("you are " + who + "; l and r move you, q ends\n").getBytes(US_ASCII));
            ByteBuffer keys = ByteBuffer.allocate(100);
            while (player.read(keys.clear()) >= 0) {
                for (keys.flip(); keys.hasRemaining(); ) {
                    char key = (char) keys.get();
                    if (key == 'q') {
                        return;
                    }
                    world.move(who, key);
                }
            }
        } finally {
            world.leave(who);
        }
    }

    /**
     * Runs the game until it is {@linkplain #quit quit}.
     *
     * @param screen gets each frame
     */
    public void run(Consumer<String> screen) {
        long nextFrame = System.nanoTime();
        while (!over) {
            screen.accept(world.draw());
            // After a frame that took too long, go on from now: catching up would draw frames that nobody sees.
            nextFrame = Math.max(nextFrame + FRAME_NANOS, System.nanoTime());
            serveUntil(nextFrame);
        }
    }

    private void serveUntil(long nextFrame) {
        long left = nextFrame - System.nanoTime();
        do {
            Duration rest = Duration.ofNanos(Math.max(left, 0)); // even when late, serve the players once
            loop.runOnce(rest, rest);
            left = nextFrame - System.nanoTime();
        } while (left > 0 && !over);
    }

    /**
     * Moves the local player. Any thread.
     *
     * @param key {@code l} or {@code r}
     */
    public void press(char key) {
        loop.callSoonThreadsafe(() -> world.move(local, key));
    }

    /** Ends the game before the frame does. Any thread. */
    public void quit() {
        over = true; // a change that the loop cannot see,
        loop.wakeup(); // so it may be waiting
    }

    /** Gives players a while to finish, then closes the loop. Call it in the thread that ran the game. */
    @Override
    public void close() {
        try (loop) {
            loop.runUntilComplete(() -> server.drain(CLOSE_LIMIT));
        }
    }
}
