package io.gyre.loop;

/**
 * What happens to an offloaded call when the task that waits for it is cancelled.
 *
 * <p>An interrupt closes a {@link java.nio.channels.FileChannel} for all its users. {@link #INTERRUPT} spares a call in
 * the middle of an operation on a file channel, but not a call between two operations: the second operation then closes
 * the channel. So calls on a shared file channel need {@link #WAIT} or {@link #ABANDON}. A call that opens the file
 * itself does not.
 *
 * <p>Under each policy the code of the call can ask whether it is still wanted: {@link Async#checkCancelled},
 * {@link Async#isCancelPending}.
 *
 * <p>A result that is no longer wanted is closed, if it is {@link AutoCloseable}.
 */
public enum OnCancel {
    /**
     * The task waits until the call returns, and gets its result or failure; the cancellation is raised at the next
     * checkpoint. For calls that must not be left half done. A call that has not started is withdrawn instead.
     */
    WAIT,

    /**
     * The call is interrupted, and the task does not wait for it. A call that has not started is withdrawn instead. A
     * call in the middle of an operation on a file channel is not interrupted, and continues by itself.
     *
     * <p>The result is dropped. A failure is reported to the loop's failure handler, unless it only says that the call
     * was interrupted: it is, or is caused by, an {@link InterruptedException}, an
     * {@link java.io.InterruptedIOException}, a {@link java.nio.channels.ClosedByInterruptException} or a
     * {@link java.util.concurrent.CancellationException}. In a {@link io.gyre.loop.process.ProcessPool} the child that
     * runs the call is killed.
     */
    INTERRUPT,

    /**
     * The call is left alone. Its result or failure is dropped. A call that has not started still runs.
     */
    ABANDON
}
