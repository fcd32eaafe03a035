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
 * A game whose thread draws 60 frames a second, and serves players over TCP in the time between.
 *
 * <p>What to learn here:
 *
 * <ul>
 *   <li>{@link EventLoop#runOnce} runs one tick and returns: the thread stays the program's. How long the tick may wait for
 *       something to do, and for how long it may go on doing things, is what is left of the frame.
 *   <li>The world is drawn and changed by the same thread. There is no lock.
 *   <li>Other threads come in by {@link EventLoop#callSoonThreadsafe}; {@link EventLoop#wakeup} ends a wait when something has
 *       changed that the loop knows nothing of.
 *   <li>Who makes a loop closes it: that cancels its tasks, and waits for them.
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
     * Starts the server. This thread should run the game, too.
     *
     * @param address where to listen
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

    /** {@return where the server listens} */
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
            // After a frame that took too long, go on from now: to catch up would mean to draw what nobody sees.
            nextFrame = Math.max(nextFrame + FRAME_NANOS, System.nanoTime());
            serveUntil(nextFrame);
        }
    }

    private void serveUntil(long nextFrame) {
        long left = nextFrame - System.nanoTime();
        do {
            Duration rest = Duration.ofNanos(Math.max(left, 0)); // late or not, players get one look
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
        over = true; // which the loop knows nothing of,
        loop.wakeup(); // so it may be waiting
    }

    /** Lets players come to an end, for a while, and ends the loop. In the thread that ran the game. */
    @Override
    public void close() {
        try (loop) {
            loop.runUntilComplete(() -> server.drain(CLOSE_LIMIT));
        }
    }
}
