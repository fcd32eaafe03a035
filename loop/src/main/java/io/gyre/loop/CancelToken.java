package io.gyre.loop;

import io.gyre.loop.internal.text.Describe;
import io.gyre.loop.internal.text.Failures;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.NonNull;
import org.jspecify.annotations.Nullable;

/**
 * A request to stop that can be shared freely: with tasks of any loop, with offloaded calls, with threads outside of
 * any loop.
 *
 * {@snippet :
 * var shutdown = new CancelToken();
 * createTask(() -> shutdown.run(() -> serve()));
 * offload(() -> {
 *     while (!shutdown.isCancelled()) {
 *         crunch();
 *     }
 * });
 * shutdown.cancel("the program is shutting down");
 * }
 *
 * <p>Tokens form a tree: cancelling a token cancels its {@linkplain #child() children}, but not the other way round.
 * Within one loop, a {@link CancelScope} does more at less cost: it knows its deadline, and nests with the code.
 *
 * <p><b>Confinement:</b> any thread. <b>Resources:</b> a token holds its children until they are cancelled or closed.
 *
 * <p><b>Source:</b> tokio {@code CancellationToken}, Go {@code context.Context}.
 */
public final class CancelToken implements AutoCloseable {
    /*
     * Design.
     *
     * Each token has a monitor. Listeners are called outside of it, by the cancelling thread, and must only pass the
     * request on: a scope on a loop is cancelled by a callback there. A child is registered with its parent like a
     * listener, but the cancelling thread walks to it instead of calling it, since chains of children may be
     * arbitrarily long.
     */
    private final @Nullable Registration atParent;
    private final Set<Registration> listeners = new LinkedHashSet<>();
    private volatile @Nullable String reason;

    /** A registered listener. Closing the registration removes it. */
    public final class Registration implements AutoCloseable {
        private final Runnable listener;
        private final @Nullable CancelToken child;

        /** The cancelling thread works on a copy of the list, in which a listener may have removed another. */
        private volatile boolean closed;

        private Registration(Runnable listener, @Nullable CancelToken child) {
            this.listener = listener;
            this.child = child;
        }

        /** Removes the listener; does nothing if it was called or is being called. */
        @Override
        public void close() {
            closed = true;
            synchronized (listeners) {
                listeners.remove(this);
            }
        }
    }

    /** Creates a token that is not cancelled. */
    public CancelToken() {
        atParent = null;
    }

    private CancelToken(CancelToken parent) {
        this.atParent = parent.new Registration(() -> {}, this);
        String why = parent.register(atParent);
        if (why != null) {
            reason = why;
        }
    }

    /**
     * {@return a token that is cancelled with this one, and can be cancelled by itself} Close it when it is no longer
     * needed.
     */
    public CancelToken child() {
        return new CancelToken(this);
    }

    /**
     * Cancels this token and its children, permanently. Listeners are called in this thread, in order of registration.
     *
     * <p><b>Errors:</b> if a listener throws, the others are still called; then the first exception is thrown.
     *
     * @param why for messages
     * @return false if it was already cancelled
     */
    public boolean cancel(String why) {
        Objects.requireNonNull(why);
        List<Registration> told = begin(why);
        if (told == null) {
            return false;
        }
        tell(told, why);
        return true;
    }

    /** {@return the listeners to call; null if it was already cancelled} */
    private @Nullable List<Registration> begin(String why) {
        List<Registration> told;
        synchronized (listeners) {
            if (reason != null) {
                return null;
            }
            told = List.copyOf(listeners);
            reason = why;
            listeners.clear();
        }
        leaveParent();
        return told;
    }

    /** Calls listeners and the listeners of children, in order of registration, without recursion. */
    private static void tell(List<Registration> told, String why) {
        Throwable failure = null;
        var open = new ArrayDeque<Iterator<Registration>>();
        open.push(told.iterator());
        while (!open.isEmpty()) {
            if (!open.peek().hasNext()) {
                open.pop();
                continue;
            }
            Registration next = open.peek().next();
            if (next.closed) {
                continue;
            }
            List<Registration> ofChild = next.child == null ? null : next.child.begin(why);
            if (ofChild != null) {
                open.push(ofChild.iterator());
            }
            try {
                next.listener.run();
            } catch (Throwable thrown) {
                if (failure == null) {
                    failure = thrown;
                } else {
                    Failures.suppress(failure, thrown);
                }
            }
        }
        Failures.throwUnchecked(failure);
        if (failure != null) {
            throw new IllegalStateException("a listener of a CancelToken failed", failure);
        }
    }

    /** {@return whether it is cancelled} */
    public boolean isCancelled() {
        return reason != null;
    }

    /** {@return why it was cancelled, or null if it is not} */
    public @Nullable String reason() {
        return reason;
    }

    /**
     * Throws if this is cancelled; for long computations outside of a loop.
     *
     * @throws CancellationException if it is cancelled
     */
    public void throwIfCancelled() {
        String why = reason;
        if (why != null) {
            throw new CancellationException(why);
        }
    }

    /**
     * Calls a listener once when this is cancelled; immediately, if it already is.
     *
     * @param listener runs in the cancelling thread; must not block and must not throw
     * @return the registration, which removes the listener when closed
     */
    public Registration onCancel(Runnable listener) {
        var registration = new Registration(Objects.requireNonNull(listener), null);
        if (register(registration) != null) {
            listener.run();
        }
        return registration;
    }

    /** {@return null if the registration was accepted, otherwise why this is cancelled} */
    private @Nullable String register(Registration registration) {
        synchronized (listeners) {
            if (reason == null) {
                listeners.add(registration);
            }
            return reason;
        }
    }

    /**
     * Runs a block that this token cancels.
     *
     * <p><b>Confinement:</b> a task. <b>Suspends:</b> if the block does. If the token is already cancelled, the block
     * is entered, and its first suspending call throws. <b>Cancellation:</b> a cancellation of the task, or of a scope
     * around this call, is thrown as usual.
     *
     * @param <X> what the block may throw
     * @param block the block
     * @return whether the block completed; false if this token cancelled it
     * @throws X what the block throws
     */
    public <X extends Exception> boolean run(VoidBody<X> block) throws X {
        return CancelScope.run(scope -> {
            try (var _ = cancelBlock(scope)) {
                block.run();
            }
        });
    }

    /**
     * Runs a block with a result that this token cancels.
     *
     * <p><b>Confinement:</b> a task. <b>Suspends:</b> if the block does. <b>Cancellation:</b> as for {@link #run}.
     *
     * @param <T> the result
     * @param <X> what the block may throw
     * @param block the block
     * @return its result; empty if this token cancelled the block, or the result is null
     * @throws X what the block throws
     */
    public <T extends @Nullable Object, X extends Exception> Optional<@NonNull T> call(Body<T, X> block) throws X {
        return CancelScope.call(scope -> {
            try (var _ = cancelBlock(scope)) {
                return block.run();
            }
        });
    }

    private Registration cancelBlock(CancelScope scope) {
        LoopCore loop = LoopCore.current();
        return onCancel(() -> cancel(scope, loop));
    }

    private void cancel(CancelScope scope, LoopCore loop) {
        String why = Objects.requireNonNull(reason);
        if (loop.inLoop()) {
            scope.cancel(why);
        } else {
            loop.enter(() -> loop.callInternally(() -> scope.cancel(why)));
        }
    }

    /** Leaves the parent, which no longer cancels this token. Does not cancel it. */
    @Override
    public void close() {
        leaveParent();
    }

    private void leaveParent() {
        if (atParent != null) {
            atParent.close();
        }
    }

    @Override
    public String toString() {
        String why = reason;
        return (atParent == null ? "CancelToken" : "child CancelToken")
                + (why == null ? "" : "[cancelled: " + Describe.line(why) + "]");
    }
}
