package io.gyre.loop.sync;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopClosedException;
import java.util.Objects;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * The inside of a receiver that has subscribed to a publisher. The publisher is the only sender.
 *
 * @param <T> the values
 */
final class Subscribed<T> extends Conduit<T> implements Flow.Subscriber<T> {
    /*
     * Design.
     *
     * Signals come on any thread, one after the other (rule 1.3), and go through the loop's entry queue, which keeps
     * their order and returns at once (rule 2.2). All state belongs to the loop. The subscription is called there, too,
     * by one task at a time (rule 2.7): a call may park its task, so other tasks leave further calls to that task.
     *
     *     capacity = buffered values + values that were requested and have not come yet + free room
     *
     * The free room is requested as soon as it is half the capacity: requesting values one by one would cost a signal
     * for each value.
     */
    static final String WAIT = "receive from";

    private final EventLoop loop;
    private final int capacity;
    private Flow.@Nullable Subscription subscription;
    private int outstanding;
    private boolean calling;

    /** A value came without demand: the subscription is to be cancelled. */
    private boolean refused;

    /** The subscription must not be called any more. */
    private boolean over;

    Subscribed(EventLoop loop, Flow.Publisher<?> publisher, int capacity, WaitQueue<T> receivers) {
        super(new Label("Subscription", Published.nameOf(publisher)), capacity, Overflow.SUSPEND, receivers);
        this.loop = loop;
        this.capacity = capacity;
        confinement.check();
        senderOpened();
    }

    // ---- signals: any thread

    @Override
    public void onSubscribe(Flow.Subscription given) {
        Objects.requireNonNull(given);
        if (!enter(() -> subscribed(given))) {
            given.cancel();
        }
    }

    @Override
    public void onNext(T value) {
        Objects.requireNonNull(value);
        Flow.Subscription known = enter(() -> arrived(value)) ? null : subscription;
        if (known != null) {
            known.cancel(); // the loop was closed before its tasks had closed the receiver
        }
    }

    @Override
    public void onError(Throwable failure) {
        Objects.requireNonNull(failure);
        enter(() -> failed(failure));
    }

    @Override
    public void onComplete() {
        enter(this::completed);
    }

    private boolean enter(Runnable signal) {
        try {
            loop.callSoonThreadsafe(signal);
            return true;
        } catch (LoopClosedException e) {
            return false; // rule 2.13: a signal returns normally
        }
    }

    // ---- signals: on the loop

    private void subscribed(Flow.Subscription given) {
        if (subscription != null || over) {
            given.cancel(); // rules 2.5 and 2.6
        } else {
            subscription = given;
            callSubscription();
        }
    }

    private void arrived(T value) {
        if (over || refused || isBroken()) {
            return; // rule 2.8
        }
        if (outstanding == 0) {
            refused = true;
            fail(new IllegalStateException("the publisher of " + this
                    + " sent more than was requested, which violates rule 1.1 of Reactive Streams."));
        } else {
            outstanding--;
            offer(value);
        }
        callSubscription();
    }

    private void failed(Throwable failure) {
        if (!over) {
            over = true;
            fail(failure);
        }
    }

    private void completed() {
        if (!over) {
            over = true; // rule 2.4: the subscription is not called any more
            senderClosed();
        }
    }

    // ---- demand

    /** Requests as many values as there is room for, or cancels if no more are wanted. */
    private void callSubscription() {
        if (subscription == null || calling) {
            return;
        }
        calling = true;
        try {
            while (!over) {
                int room = capacity - buffered() - outstanding;
                if (refused || isBroken()) {
                    over = true;
                    subscription.cancel();
                } else if (room >= capacity - capacity / 2) {
                    outstanding += room;
                    subscription.request(room);
                } else {
                    return;
                }
            }
        } catch (Throwable e) {
            failed(new IllegalStateException(
                    "the subscription of " + this + " threw, which violates rules 3.15 and 3.16 of Reactive Streams.",
                    e));
        } finally {
            calling = false;
        }
    }

    @Override
    void roomMade() {
        callSubscription();
    }

    @Override
    void receiversGone() {
        callSubscription();
    }
}
