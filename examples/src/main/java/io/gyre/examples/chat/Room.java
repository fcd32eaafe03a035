package io.gyre.examples.chat;

import io.gyre.loop.sync.Broadcast;
import io.gyre.loop.sync.Overflow;
import io.gyre.loop.sync.Receiver;
import java.util.TreeSet;

/**
 * The guests of a room and their messages.
 *
 * <p>What this example shows: all connections share this without a lock. No other task runs between checking that a
 * name is free and taking it, because nothing in between suspends.
 */
final class Room {
    /** How far a reader may lag behind: enough for a slow network, not so much that it reads yesterday's news. */
    private static final int KEPT_LINES = 256;

    private final Broadcast<Line> lines = new Broadcast<>("chat room");
    private final TreeSet<String> names = new TreeSet<>();

    /** A line, with or without a speaker. */
    record Line(String from, String text) {}

    /** {@return false if the name is taken} */
    boolean enter(String name) {
        return names.add(name);
    }

    void leave(String name) {
        names.remove(name);
    }

    String guests() {
        return String.join(", ", names);
    }

    /** {@return the lines from now on; a reader that does not keep up misses the oldest lines} */
    Receiver<Line> lines() {
        return lines.subscribe(KEPT_LINES, Overflow.DROP_OLDEST);
    }

    /** Sends a line to all guests. Does not suspend: no subscriber makes a sender wait. */
    void say(String from, String text) {
        if (!lines.isClosed()) {
            lines.trySend(new Line(from, text));
        }
    }

    /** Readers get the lines in their buffers, then the end. */
    void close() {
        lines.close();
    }

    boolean isClosed() {
        return lines.isClosed();
    }
}
