package io.gyre.loop;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that one task has created, so far as their failures go. The tasks hold this and not the task: else each would
 * keep whatever has created it, and what has created that.
 */
final class Offspring {
    private boolean ended;
    private @Nullable List<UnseenFailures.Unseen> unseen;

    /** {@return whether the task that has created them has ended} */
    boolean isCreatorGone() {
        return ended;
    }

    /** Keeps a failure until the creator ends. */
    void keep(UnseenFailures.Unseen failure) {
        if (unseen == null) {
            unseen = new ArrayList<>(1);
        } else if (unseen.size() >= 2 && (unseen.size() & (unseen.size() - 1)) == 0) {
            unseen.removeIf(UnseenFailures.Unseen::isSettled); // a creator may live for years
        }
        unseen.add(failure);
    }

    /** The creator has ended: what it has not looked at, nobody will. */
    void end() {
        ended = true;
        List<UnseenFailures.Unseen> left = unseen;
        unseen = null;
        if (left != null) {
            left.forEach(UnseenFailures.Unseen::report);
        }
    }
}
