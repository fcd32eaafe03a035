package io.gyre.examples.guest;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A user interface without a display: one thread, a queue of events, and a label that belongs to the thread. With a
 * display, {@code SwingUtilities::invokeLater} takes its place.
 */
public final class Desktop implements Executor, AutoCloseable {
    private final LinkedBlockingQueue<Runnable> events = new LinkedBlockingQueue<>();
    private final AtomicLong handled = new AtomicLong();
    private volatile boolean closed;
    private String label = "";

    /** Starts the thread. */
    public Desktop() {
        Thread.ofPlatform().daemon().name("desktop").start(this::handleEvents);
    }

    private void handleEvents() {
        try {
            while (!closed) {
                events.take().run();
                handled.incrementAndGet();
            }
        } catch (InterruptedException asked) {
            closed = true;
        }
    }

    /** Handles an event later, on the thread of the desktop. Any thread. */
    @Override
    public void execute(Runnable event) {
        if (closed) {
            throw new RejectedExecutionException("the desktop is closed");
        }
        events.add(event);
    }

    /** {@return how many events it has handled so far} Any thread. */
    public long handled() {
        return handled.get();
    }

    /**
     * Shows a text. On the thread of the desktop, or in a task of its guest.
     *
     * @param text the text
     */
    public void show(String text) {
        label = text;
    }

    /** {@return the text that is shown} On the thread of the desktop, or in a task of its guest. */
    public String shown() {
        return label;
    }

    /** Ends the thread after the event that it is handling. */
    @Override
    public void close() {
        closed = true;
        events.add(() -> {});
    }

    @Override
    public String toString() {
        return "the desktop";
    }
}
