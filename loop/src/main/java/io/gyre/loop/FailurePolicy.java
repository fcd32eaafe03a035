package io.gyre.loop;

/** What a loop does about an unobserved failure, after its failure handler has received it. */
public enum FailurePolicy {
    /** Continues. */
    REPORT,

    /**
     * Stops: {@link EventLoop#run}, {@link EventLoop#runUntilComplete}, {@link EventLoop#runForever} and
     * {@link EventLoop#runOnce} throw {@link LoopFailedException}, once. For programs that must not continue with a
     * part missing.
     *
     * <p><b>Source:</b> tokio {@code UnhandledPanic::ShutdownRuntime}.
     */
    STOP_LOOP
}
