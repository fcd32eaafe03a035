package io.gyre.examples.crm;

import static io.gyre.loop.Async.offload;

import io.gyre.loop.Body;
import io.gyre.loop.Offloading;
import io.gyre.loop.OnCancel;
import org.jspecify.annotations.Nullable;

/**
 * Two ways for tasks to call a blocking library.
 *
 * <p><b>Straight:</b> as if there were no loop. A driver that blocks in a socket or a lock suspends the calling task
 * and leaves the loop to other tasks. It needs no other thread and no hand-over.
 *
 * <p><b>Offloaded:</b> in one of a limited number of threads. For calls that would block the loop: native code, files
 * (such as a database embedded in this process), long computation.
 */
public final class Calls {
    private final @Nullable Offloading how;

    private Calls(@Nullable Offloading how) {
        this.how = how;
    }

    /** {@return calls by the task itself} */
    public static Calls straight() {
        return new Calls(null);
    }

    /**
     * {@return calls in other threads}
     *
     * @param limit the largest number of calls at a time; tasks over the limit suspend
     */
    public static Calls offloaded(int limit) {
        // A connection must not be used again before the call has ended, so cancelled tasks wait for the end.
        return new Calls(Offloading.onLoopExecutor().withOnCancel(OnCancel.WAIT).withLimit(limit));
    }

    <T extends @Nullable Object, X extends Exception> T run(Body<T, X> call) throws X {
        return how == null ? call.run() : offload(how, call);
    }
}
