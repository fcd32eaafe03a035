package io.gyre.loop;

import io.gyre.loop.internal.text.Describe;
import io.gyre.loop.spi.Failure;
import org.jspecify.annotations.Nullable;

/**
 * The owner of channels that are registered with {@link LowLevel#register}: called back once a tick for all of its channels
 * that are ready. For bridges to other libraries, which keep their own interest in each channel.
 *
 * {@snippet :
 * class Bridge extends ChannelListener {
 *     @Override
 *     protected void run() {
 *         for (var ready = nextReady(); ready != null; ready = nextReady()) {
 *             ((Handler) ready.attachment()).handle(ready.takeReady());
 *         }
 *     }
 *
 *     @Override
 *     protected void closed(ChannelRegistration registration) {
 *         ((Handler) registration.attachment()).closed();
 *     }
 * }
 * }
 *
 * <p>If {@link #run} parks, the loop goes on, and calls {@code run} once more when another channel becomes ready or
 * {@link #callSoon} is called: code that must not be entered twice needs a guard of its own. A channel that was reported and
 * not yet taken is not reported again.
 *
 * <p><b>Confinement:</b> the loop on which it was created, except {@link #callSoon}. <b>Resources:</b> nothing but its
 * channels. Being called costs no allocation.
 */
public abstract class ChannelListener {
    /*
     * Design.
     *
     * One callback for all channels, made once, which the carrier can queue. It runs without a task's context: it serves
     * everybody who uses the bridge. Channels that are ready are linked through their registrations, so that the carrier
     * allocates nothing.
     *
     * User code may not run on the carrier, so a channel that is found closed there waits in the same line, and
     * `closed` is called when its turn comes. When the loop closes, callbacks do not run any more, and `closed` is called
     * at once.
     */
    final LoopCore loop = LoopCore.current();

    private final @Nullable String name;

    @SuppressWarnings("this-escape") // nothing is queued before a channel is registered
    private final Callback callback = Callback.withoutContext(loop, this, this::run);

    private final Arrival arrival = callback::becomeReady;
    private @Nullable ChannelRegistration first;
    private @Nullable ChannelRegistration last;

    /**
     * Creates a listener without channels, which messages call by its class.
     *
     * @throws IllegalStateException if the caller is neither a task nor a callback
     */
    protected ChannelListener() {
        name = null;
    }

    /**
     * Creates a listener without channels.
     *
     * @param name for messages, with its article: it fails, or keeps the loop for too long
     * @throws IllegalStateException if the caller is neither a task nor a callback
     */
    protected ChannelListener(String name) {
        this.name = Describe.line(name);
    }

    /**
     * Called in each tick in which a channel became ready or {@link #callSoon} was called. May suspend.
     *
     * <p><b>Errors:</b> what it throws goes to the loop's failure handler.
     */
    protected abstract void run();

    /**
     * Called once for each channel that was closed by other means than its registration, or whose loop closes: it will
     * never be ready.
     *
     * <p><b>Confinement:</b> within {@link #nextReady}; if the loop closes, the thread that closes it. Must not suspend.
     * <b>Errors:</b> what it throws goes to the loop's failure handler.
     *
     * @param registration the registration, which is not valid any more
     */
    protected abstract void closed(ChannelRegistration registration);

    /**
     * {@return a channel that is ready, the first of those that are; null if there is none} Ask it
     * {@linkplain ChannelRegistration#takeReady what is ready}. <b>Suspends:</b> no.
     */
    protected final @Nullable ChannelRegistration nextReady() {
        loop.checkLoopThread("nextReady");
        while (first != null) {
            ChannelRegistration next = first;
            first = next.leaveLine();
            if (first == null) {
                last = null;
            }
            if (next.isValid()) {
                return next;
            }
            next.tellClosed();
        }
        return null;
    }

    /**
     * Calls {@link #run} in the next tick, once, however often this is called before.
     *
     * <p><b>Confinement:</b> any thread. Allocates nothing on the loop thread. <b>Suspends:</b> no.
     *
     * @throws LoopClosedException if the loop is closed, or has begun to run its last callbacks
     */
    public final void callSoon() {
        if (loop.inLoop()) {
            loop.checkTakesTasks("ChannelListener.callSoon");
            callback.becomeReady();
        } else if (!loop.enter(arrival)) {
            throw new LoopClosedException(loop, "ChannelListener.callSoon");
        }
    }

    /** Puts a registration in line that is not in it: it is ready, or closed. Carrier or loop thread. */
    final void add(ChannelRegistration registration) {
        if (last == null) {
            first = registration;
        } else {
            last.setNext(registration);
        }
        last = registration;
        callback.becomeReady();
    }

    final void tell(ChannelRegistration closed) {
        try {
            closed(closed);
        } catch (Throwable failure) {
            loop.report(new Failure(
                    callback + " failed in closed(). Catch its exceptions.",
                    callback.toString(),
                    callback.createdAt(),
                    failure));
        }
    }

    /** {@return as in messages} */
    final String name() {
        return name == null ? "callback " + CreationSite.className(this) : name;
    }
}
