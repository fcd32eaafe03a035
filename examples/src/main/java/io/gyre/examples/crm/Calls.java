package io.gyre.examples.crm;

import static io.gyre.loop.Async.offload;

import io.gyre.loop.Body;
import io.gyre.loop.Offloading;
import io.gyre.loop.OnCancel;
import org.jspecify.annotations.Nullable;

/**
 * How tasks call a library that blocks.
 *
 * <p><b>Straight:</b> as if there were no loop. A driver blocks in a socket or a lock, which suspends the task that calls it and
 * leaves the loop to the others. No thread is needed, and none is handed over to.
 *
 * <p><b>Offloaded:</b> in a thread, of which there are so many at the most. For what blocks otherwise: native code, files, such
 * as a database that is embedded in this process, or long computation.
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
     * @param limit how many at the same time; more wait, as tasks
     */
    public static Calls offloaded(int limit) {
        // A connection must not be used by anybody else before the call has ended: so cancelled tasks wait for that.
        return new Calls(Offloading.onLoopExecutor().withOnCancel(OnCancel.WAIT).withLimit(limit));
    }

    <T extends @Nullable Object, X extends Exception> T run(Body<T, X> call) throws X {
        return how == null ? call.run() : offload(how, call);
    }
}
