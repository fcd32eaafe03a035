package io.gyre.loop;

import io.gyre.loop.internal.timer.Deadline;

/** An entry of the timer heap: something that becomes ready at an instant. */
abstract class Timer extends Deadline {
    Timer(long deadlineNanos) {
        super(deadlineNanos);
    }

    /** Called on the carrier. Must only make something ready to run. */
    abstract void fire();
}
