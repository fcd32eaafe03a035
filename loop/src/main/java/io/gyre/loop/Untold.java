package io.gyre.loop;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What is being completed at this moment, so that its observers are notified even if an error strikes in the middle.
 */
final class Untold {
    /*
     * Design.
     *
     * A future may be completed at the end of the stack, where notifying fails halfway. So the completion is recorded
     * here before anything changes, and removed when all observers have been notified. Anything left was not finished;
     * the next tick finishes it, in the callback runner, which has its own stack. Notifying an observer twice does no
     * harm.
     *
     * One completion may cause another, so this is a stack; entries left in the middle by an error stay for the tick.
     */
    private @Nullable Completion<?>[] items = new Completion<?>[8];
    private int size;

    /** Records that something is about to be completed. If this fails, nothing has changed. */
    int begin(Completion<?> completion) {
        if (size == items.length) {
            items = Arrays.copyOf(items, 2 * size);
        }
        items[size] = completion;
        return size++;
    }

    /** All observers have been notified. */
    void end(int place) {
        if (place == size - 1) {
            items[place] = null;
            size = place;
        }
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** {@return an unfinished completion, or null} */
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
