package io.gyre.loop;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that one task has created, for the reports of their failures. The tasks hold this instead of their creator:
 * otherwise each would keep its creator alive, and that one's creator in turn.
 */
final class Offspring {
    /** The detached tasks of all loops, whose creators need not look after them. Never changed. */
    static final Offspring OF_NOBODY = new Offspring();

    static {
        OF_NOBODY.ended = true;
    }

    private boolean ended;
    private @Nullable List<UnseenFailures.Unseen> unseen;

    /** {@return whether the creating task has ended, or there is none any more} */
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

    /** The creator has ended: the failures that it has not observed never will be. */
    void end() {
        ended = true;
        List<UnseenFailures.Unseen> left = unseen;
        unseen = null;
        if (left != null) {
            left.forEach(UnseenFailures.Unseen::report);
        }
    }
}
