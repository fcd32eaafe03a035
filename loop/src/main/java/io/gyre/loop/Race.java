package io.gyre.loop;

import io.gyre.loop.TaskGroup.VoidBlock;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Tasks of which the first to succeed wins, and what happens to the results of the others. */
final class Race {
    private Race() {}

    static <T extends @Nullable Object> T run(
            Collection<?> bodies, Consumer<? super T> unwanted, VoidBlock<T, RuntimeException> block) {
        if (bodies.isEmpty()) {
            throw new IllegalArgumentException("there is nothing to race");
        }
        var joiner = new Joiners.AnySuccessful<T>();
        boolean won = false;
        try {
            T result = TaskGroup.join(joiner, block);
            won = true;
            return result;
        } finally {
            handOn(joiner.results(), won, unwanted);
        }
    }

    /** Passes on the results that the caller does not get. Two bodies may return the same object. */
    private static <T extends @Nullable Object> void handOn(
            List<T> results, boolean won, Consumer<? super T> unwanted) {
        for (T result : won ? results.subList(1, results.size()) : results) {
            if (!won || result != results.getFirst()) {
                Leftovers.dispose(() -> unwanted.accept(result));
            }
        }
    }
}
