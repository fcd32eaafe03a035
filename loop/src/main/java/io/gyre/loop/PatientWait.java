package io.gyre.loop;

import org.jspecify.annotations.Nullable;

/** Waits for something that must end, even if the waiting thread is interrupted meanwhile. */
final class PatientWait {
    /*
     * Design.
     *
     * Waiting and reading the outcome are separate: an InterruptedException of the wait concerns the waiting thread,
     * while one that the outcome throws is the outcome, and ends the call like any other failure.
     *
     * In a task the interrupt usually is its cancellation, and is raised if there is no value. A thread gets its
     * interrupt status restored.
     */
    private PatientWait() {}

    /** A wait that an interrupt ends. */
    @FunctionalInterface
    interface Wait {
        void run() throws InterruptedException;
    }

    /**
     * {@return the outcome of the awaited operation}
     *
     * @param what the awaited operation, in words
     * @param wait returns when the operation has ended; called again after an interrupt
     * @param onInterrupt asks the operation to end, in the waiting thread
     * @param outcome called once, after the wait
     * @throws CancelledException if the calling task was cancelled and there is no value
     */
    static <T extends @Nullable Object, X extends Exception> T forOutcome(
            Object what, Wait wait, Runnable onInterrupt, Body<T, X> outcome) throws X {
        VirtualThreadTask<?> caller = VirtualThreadTask.currentOrNull();
        boolean interrupted = false;
        try {
            interrupted = caller == null
                    ? await(wait, onInterrupt)
                    : caller.<Boolean, RuntimeException>blocking(what, () -> await(wait, onInterrupt));
            return outcome.run();
        } catch (CancelledException elsewhere) {
            if (caller == null || !interrupted) {
                throw elsewhere;
            }
            CancelledException cancelled = caller.interruptedWhileWaitingFor(what);
            cancelled.initCause(elsewhere);
            throw cancelled;
        } finally {
            if (interrupted) {
                ScopedTask.restoreInterrupt();
            }
        }
    }

    /** {@return whether it was interrupted} */
    private static boolean await(Wait wait, Runnable onInterrupt) {
        for (boolean interrupted = false; ; interrupted = true) {
            try {
                wait.run();
                return interrupted;
            } catch (InterruptedException e) {
                onInterrupt.run();
            }
        }
    }
}
