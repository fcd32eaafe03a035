package io.gyre.loop;

/**
 * What becomes of an offloaded call when the task that waits for it is cancelled.
 *
 * <p>An interrupt closes a {@link java.nio.channels.FileChannel} for everybody who shares it. {@link #INTERRUPT} spares a call
 * that is in the middle of an operation on a file channel, but not one that is between two operations: the second of them then
 * closes the channel. So calls on a shared file channel need {@link #WAIT} or {@link #ABANDON}. A call that opens the file
 * itself does not.
 *
 * <p>A result that nobody gets any more is closed, if it is {@link AutoCloseable}.
 */
public enum OnCancel {
    /**
     * The task waits until the call has ended, and gets its result or failure; the cancellation is raised at the next
     * checkpoint. For calls that must not be left half done. A call that has not begun is taken back instead.
     */
    WAIT,

    /**
     * The call is interrupted, and the task does not wait for it. A call that has not begun is taken back instead. A call in
     * the middle of an operation on a file channel is not interrupted, and goes on by itself.
     *
     * <p>Nobody gets the result. A failure is reported to the loop's failure handler, unless it says that the call was broken
     * off: it is an {@link InterruptedException}, an {@link java.io.InterruptedIOException}, a
     * {@link java.nio.channels.ClosedByInterruptException} or a {@link java.util.concurrent.CancellationException}, or is
     * caused by one. In a {@link io.gyre.loop.process.ProcessPool} the child that runs the call is killed.
     */
    INTERRUPT,

    /**
     * The call is left alone. Nobody gets the result, and a failure is dropped. A call that has not begun will begin all the
     * same.
     */
    ABANDON
}
