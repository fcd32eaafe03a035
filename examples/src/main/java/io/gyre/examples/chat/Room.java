package io.gyre.examples.chat;

import io.gyre.loop.sync.Broadcast;
import io.gyre.loop.sync.Overflow;
import io.gyre.loop.sync.Receiver;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The guests of a room and their messages, whatever protocol they speak.
 *
 * <p>What this example shows: all connections share this without a lock. No other task runs between checking that a
 * name is free and taking it, because nothing in between suspends.
 */
public final class Room {
    /** How far a reader may lag behind: enough for a slow network, not so much that it reads yesterday's news. */
    private static final int KEPT_LINES = 256;

    /** Control characters, line ends and direction marks: with them a guest could garble the screens of others. */
    private static final Pattern UNFIT =
            Pattern.compile("[\\p{Cc}\\p{Zl}\\p{Zp}\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]");

    private final Broadcast<Line> lines = new Broadcast<>("chat room");
    private final TreeSet<String> names = new TreeSet<>();

    /** Opens a room. */
    public Room() {}

    /**
     * A line, with or without a speaker.
     *
     * @param from the speaker's name; empty for the room itself
     * @param text what the guests read
     */
    public record Line(String from, String text) {}

    /**
     * Where a guest reads.
     *
     * @param <X> what a connection may throw
     */
    public interface Screen<X extends Exception> {
        /**
         * Shows a line. May suspend.
         *
         * @param line the text
         * @throws X if the connection breaks
         */
        void show(String line) throws X;
    }

    /**
     * Takes a name.
     *
     * @param name of a guest
     * @return false if the name is taken
     */
    public boolean enter(String name) {
        return names.add(name);
    }

    /**
     * Gives a name back.
     *
     * @param name of a guest
     */
    public void leave(String name) {
        names.remove(name);
    }

    /** {@return the names of those who are here} */
    public String guests() {
        return String.join(", ", names);
    }

    /** {@return the lines from now on; a reader that does not keep up misses the oldest lines} */
    public Receiver<Line> lines() {
        return lines.subscribe(KEPT_LINES, Overflow.DROP_OLDEST);
    }

    /**
     * Shows a guest the lines of all others, and how many of them it has missed. Suspends until the room is closed.
     *
     * @param <X> what a connection may throw
     * @param lines those of the guest
     * @param name of the guest
     * @param screen shows each line
     * @throws X if the connection breaks
     */
    public static <X extends Exception> void show(Receiver<Line> lines, String name, Screen<X> screen) throws X {
        long missed = 0;
        for (Line line : lines) {
            long dropped = lines.statistics().dropped();
            if (dropped > missed) {
                screen.show("* you read too slowly and have missed " + (dropped - missed) + " lines");
                missed = dropped;
            }
            if (!line.from().equals(name)) {
                screen.show(line.text());
            }
        }
    }

    /**
     * Sends a line to all guests. Does not suspend: no subscriber makes a sender wait.
     *
     * @param from the speaker's name; empty for the room itself
     * @param text what the guests read, without characters that could garble their screens
     */
    public void say(String from, String text) {
        if (!lines.isClosed()) {
            lines.trySend(new Line(from, UNFIT.matcher(text).replaceAll("")));
        }
    }

    /** Readers get the lines in their buffers, then the end. */
    public void close() {
        lines.close();
    }

    /** {@return whether it is closed} */
    public boolean isClosed() {
        return lines.isClosed();
    }
}
