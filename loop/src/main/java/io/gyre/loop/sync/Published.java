package io.gyre.loop.sync;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopClosedException;
import java.util.Objects;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * A publisher that serves each subscription by a task of one loop.
 *
 * @param <T> the values
 */
final class Published<T> implements Flow.Publisher<T> {
    private final EventLoop loop;
    private final Source<T> source;

    /**
     * The source of a subscription's values.
     *
     * @param <T> the values
     */
    @FunctionalInterface
    interface Source<T> {
        void deliverBy(Delivery<T> delivery);
    }

    Published(EventLoop loop, Source<T> source) {
        this.loop = loop;
        this.source = source;
    }

    static boolean isOf(EventLoop loop, Flow.Publisher<?> publisher) {
        return publisher instanceof Published<?> published && published.loop == loop;
    }

    /** {@return the name of a foreign object for messages, or null if its class has no name that a person wrote} */
    static @Nullable String nameOf(Object stranger) {
        Class<?> type = stranger.getClass();
        return type.isHidden() || type.isAnonymousClass() ? null : type.getSimpleName();
    }

    @Override
    public void subscribe(Flow.Subscriber<? super T> subscriber) {
        var delivery = new Delivery<T>(loop, source, Objects.requireNonNull(subscriber));
        if (loop.inLoop()) {
            delivery.start();
            return;
        }
        try {
            loop.callSoonThreadsafe(delivery::start);
        } catch (LoopClosedException closed) {
            delivery.refuse(closed);
        }
    }
}
