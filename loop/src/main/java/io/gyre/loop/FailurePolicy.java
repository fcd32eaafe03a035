package io.gyre.loop;

/** What a loop does about a failure that nobody observes, after it has handed it to its failure handler. */
public enum FailurePolicy {
    /** Goes on. */
    REPORT,

    /**
     * Stops: {@link EventLoop#run}, {@link EventLoop#runUntilComplete}, {@link EventLoop#runForever} and
     * {@link EventLoop#runOnce} throw {@link LoopFailedException}, once. For programs that must not go on with a part
     * of them missing.
     *
     * <p><b>Source:</b> tokio {@code UnhandledPanic::ShutdownRuntime}.
     */
    STOP_LOOP
}
