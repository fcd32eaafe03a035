package io.gyre.loop;

/** What becomes of an offloaded call when the task that waits for it is cancelled. */
public enum OnCancel {
    /**
     * The task waits until the call has ended, and gets its result or failure; the cancellation is raised at the next
     * checkpoint. For calls that must not be left half done. One that has not begun is taken back instead.
     */
    WAIT,

    /**
     * The call is interrupted, and the task does not wait for it. One that has not begun is taken back instead. What it
     * still returns is dropped; a failure is reported to the loop's failure handler, unless it is the
     * {@link InterruptedException}. In a {@link io.gyre.loop.process.ProcessPool} the child that runs the call is
     * killed.
     */
    INTERRUPT,

    /**
     * The call is left alone, and what comes of it is dropped: a result and a failure alike. One that has not begun
     * will all the same.
     */
    ABANDON
}
