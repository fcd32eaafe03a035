package io.gyre.loop;

import org.jspecify.annotations.Nullable;

/** Somebody who is told when a {@link Completion} is done: a link in that completion's list. */
abstract class Observer {
    private final Completion<?> completion;

    /** Neighbours in the list. Set by the completion, as is the next field. */
    @Nullable
    Observer previous;

    @Nullable
    Observer next;

    boolean listed;

    Observer(Completion<?> completion) {
        this.completion = completion;
    }

    /** Called once, on the loop thread. Must only make something ready to run. */
    abstract void completed();

    /** {@return whether this deals with a failure, so that it need not be reported} */
    boolean observesFailure() {
        return true;
    }

    /**
     * {@return whether this sees to a failure that nobody else observes, now or later} Asked once, before it is told.
     */
    boolean takesFailure() {
        return false;
    }

    final Completion<?> completion() {
        return completion;
    }
}
