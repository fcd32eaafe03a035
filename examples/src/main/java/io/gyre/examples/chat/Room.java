package io.gyre.examples.chat;

import io.gyre.loop.sync.Broadcast;
import io.gyre.loop.sync.Overflow;
import io.gyre.loop.sync.Receiver;
import java.util.TreeSet;

/**
 * Who is there, and what is said.
 *
 * <p>What to learn here: all connections share this without a lock. No other task runs between the question whether a name is
 * taken and taking it, because nothing between the two suspends.
 */
final class Room {
    /** How far a reader may lag behind: far enough for a slow line, not so far that it reads of yesterday. */
    private static final int KEPT_LINES = 256;

    private final Broadcast<Line> lines = new Broadcast<>("chat room");
    private final TreeSet<String> names = new TreeSet<>();

    /** Something said, by somebody or by nobody. */
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

    /** {@return what is said from now on; who does not keep up with it misses the oldest lines} */
    Receiver<Line> lines() {
        return lines.subscribe(KEPT_LINES, Overflow.DROP_OLDEST);
    }

    /** Says something to all. Does not suspend: there is no subscriber for whom a sender would have to wait. */
    void say(String from, String text) {
        if (!lines.isClosed()) {
            lines.trySend(new Line(from, text));
        }
    }

    /** Readers get what is kept for them, and then the end. */
    void close() {
        lines.close();
    }

    boolean isClosed() {
        return lines.isClosed();
    }
}
