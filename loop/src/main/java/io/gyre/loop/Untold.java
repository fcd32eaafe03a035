package io.gyre.loop;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What is being completed at this moment, so that those who wait for it are told even if an error strikes in the middle. */
final class Untold {
    /*
     * Design.
     *
     * A future may be completed at the end of the stack, where telling fails halfway. So it is noted here before anything
     * is changed, and crossed out when all have been told. What is left was not finished; the next tick does it, on the
     * carrier, which has a stack of its own. Telling somebody twice does no harm.
     *
     * Completing one may complete another, so this is a stack; what an error has left in the middle stays for the tick.
     */
    private @Nullable Completion<?>[] items = new Completion<?>[8];
    private int size;

    /** Notes that something is about to be completed. If this fails, nothing has changed. */
    int begin(Completion<?> completion) {
        if (size == items.length) {
            items = Arrays.copyOf(items, 2 * size);
        }
        items[size] = completion;
        return size++;
    }

    /** All have been told. */
    void end(int place) {
        if (place == size - 1) {
            items[place] = null;
            size = place;
        }
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** {@return one that was not finished, or null} */
    @Nullable
    Completion<?> poll() {
        if (size == 0) {
            return null;
        }
        Completion<?> last = items[--size];
        items[size] = null;
        return last;
    }
}
