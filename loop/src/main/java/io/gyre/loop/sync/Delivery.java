package io.gyre.loop.sync;

import io.gyre.loop.AbortHandler;
import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopClosedException;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * One subscription of a publisher, served by a task.
 *
 * @param <T> the values
 */
final class Delivery<T> implements Flow.Subscription {
    /*
     * Design.
     *
     * Only the task signals, so signals are serial (rule 1.3), and a request from within a signal only adds to the
     * demand (rule 3.3). All state belongs to the loop; calls from other threads go through its entry queue.
     *
     * A cancellation by the subscriber, or an illegal request, cancels the task. If the task is in the middle of a
     * signal, it finds out afterwards, so the subscriber's own code is not interrupted. A value that was taken from the
     * source by then is still delivered, as rule 1.8 allows: nothing is lost.
     */
    private final EventLoop loop;
    private final Published.Source<T> source;
    private final Flow.Subscriber<? super T> subscriber;
    private @Nullable Task<?> task;
    private long demand;

    /** Takes back the current wait for demand. */
    private Runnable withdrawal = () -> {};

    /** The abort handler of the wait for demand. A separate object, because it identifies this wait. */
    private final AbortHandler wait = new AbortHandler() {
        @Override
        public boolean abort() {
            withdrawal.run();
            return true;
        }
    };

    private boolean signalling;
    private boolean subscriberHasThrown;
    private boolean cancelled;
    private @Nullable IllegalArgumentException illegalRequest;

    Delivery(EventLoop loop, Published.Source<T> source, Flow.Subscriber<? super T> subscriber) {
        this.loop = loop;
        this.source = source;
        this.subscriber = subscriber;
    }

    void start() {
        String name = Published.nameOf(subscriber);
        task = loop.createTask(name == null ? "delivery" : "delivery to " + name, this::serve);
    }

    /** Rule 1.9: a subscriber that cannot be served gets a subscription first, then the failure as a signal. */
    void refuse(Throwable failure) {
        cancelled = true;
        subscriber.onSubscribe(this);
        subscriber.onError(failure);
    }

    // ---- called by the subscriber: any thread

    @Override
    public void request(long count) {
        onLoop(() -> {
            if (count <= 0) {
                illegalRequest = new IllegalArgumentException("a request for " + count
                        + " values: it must be for 1 or more, by rule 3.9 of Reactive Streams");
                stop("its subscriber has made a request that is not allowed");
            } else {
                demand = demand + count < 0 ? Long.MAX_VALUE : demand + count; // rule 3.17
                wakeUp();
            }
        });
    }

    @Override
    public void cancel() {
        onLoop(() -> {
            cancelled = true;
            stop("its subscriber has cancelled the subscription");
        });
    }

    private void onLoop(Runnable call) {
        if (loop.inLoop()) {
            call.run();
            return;
        }
        try {
            loop.callSoonThreadsafe(call);
        } catch (LoopClosedException e) {
            // Rules 3.6 and 3.7: the subscription is over.
        }
    }

    private void stop(String why) {
        if (task != null && !signalling) {
            task.cancel(why);
        }
    }

    private void wakeUp() {
        if (task != null) {
            LowLevel.unpark(task, wait);
        }
    }

    // ---- the task

    private void serve() {
        signal("onSubscribe", () -> subscriber.onSubscribe(this));
        Throwable failure = null;
        try {
            source.deliverBy(this);
        } catch (Throwable e) {
            if (subscriberHasThrown) {
                throw e;
            }
            failure = e;
        }
        signalEnd(failure);
    }

    private void signalEnd(@Nullable Throwable failure) {
        Throwable reason = illegalRequest != null ? illegalRequest : failure;
        if (!cancelled && reason == null) {
            signal("onComplete", subscriber::onComplete);
        } else if (!cancelled) {
            signal("onError", () -> subscriber.onError(reason));
        }
        // Rethrow failures that the subscriber has not been told of, and the cancellation of this task.
        switch (failure) {
            case CancelledException e -> throw e;
            case RuntimeException e when cancelled -> throw e;
            case Error e when cancelled -> throw e;
            case null, default -> {}
        }
    }

    /** Signals values one after the other while there is demand. */
    void deliver(Iterable<? extends T> values) {
        Iterator<? extends T> iterator = values.iterator();
        while (awaitDemand(values, iterator)) {
            T value = iterator.next();
            Objects.requireNonNull(value, "a null among the values to publish violates rule 2.13 of Reactive Streams");
            demand--;
            signal("onNext", () -> subscriber.onNext(value));
        }
    }

    /** {@return true when there is demand and a value to deliver, false as soon as there can be no more values} */
    private boolean awaitDemand(Iterable<? extends T> values, Iterator<? extends T> iterator) {
        Task<?> self = LowLevel.checkpoint();
        while (demand == 0 && !isOver() && !isAtEnd(values, iterator)) {
            withdrawal = values instanceof Receiver<?> receiver ? receiver.unparkAtEnd(self, wait) : () -> {};
            LowLevel.park("a request of " + LowLevel.describe(subscriber), wait);
            withdrawal.run();
        }
        return !isOver() && iterator.hasNext();
    }

    private boolean isOver() {
        return cancelled || illegalRequest != null;
    }

    /** {@return whether the source is known to be empty, without taking a value before there is demand} */
    private boolean isAtEnd(Iterable<? extends T> values, Iterator<? extends T> iterator) {
        return switch (values) {
            case Receiver<?> receiver -> receiver.isAtEnd();
            case ThreadChannel<?> channel -> false;
            default -> !iterator.hasNext();
        };
    }

    private void signal(String what, Runnable signal) {
        signalling = true;
        try {
            signal.run();
        } catch (Throwable e) {
            subscriberHasThrown = true;
            throw new IllegalStateException(
                    LowLevel.describe(subscriber) + " threw in " + what
                            + ", which violates rule 2.13 of Reactive Streams. Its subscription is cancelled.",
                    e);
        } finally {
            signalling = false;
        }
    }
}
