package io.gyre.loop;

import org.jspecify.annotations.Nullable;

/** Receives the end of a {@link Completion}; a link in the completion's list. */
abstract class Observer {
    private final Completion<?> completion;

    /** Neighbours in the list, which is a ring; null while not listed. Set by the completion. */
    @Nullable
    Observer previous;

    @Nullable
    Observer next;

    Observer(Completion<?> completion) {
        this.completion = completion;
    }

    /** Called once, on the loop thread. Must only make something ready to run. */
    abstract void completed();

    /** {@return whether this handles a failure, so that it need not be reported} */
    boolean observesFailure() {
        return true;
    }

    /** {@return the group or set that has the task among its own, if this belongs to one} Any thread. */
    @Nullable
    Object holder() {
        return null;
    }

    final Completion<?> completion() {
        return completion;
    }
}
