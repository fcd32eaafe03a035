package io.gyre.loop;

import org.jspecify.annotations.Nullable;

/** Waits for something that must end, also when the thread that waits is interrupted meanwhile. */
final class PatientWait {
    /*
     * Design.
     *
     * Waiting and looking at the outcome are two things: an InterruptedException of the wait is about whoever waits, one
     * that the outcome throws is what has been waited for, and ends the call like any other failure.
     *
     * In a task the interrupt is its cancellation, as a rule, and is raised if there is no value. A thread gets its status
     * back.
     */
    private PatientWait() {}

    /** A wait that an interrupt ends. */
    @FunctionalInterface
    interface Wait {
        void run() throws InterruptedException;
    }

    /**
     * {@return the outcome of what has been waited for}
     *
     * @param what what is waited for, in words
     * @param wait returns when it has ended; is called again after an interrupt
     * @param onInterrupt asks it to end, in the thread that waits
     * @param outcome called once, behind the wait
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
