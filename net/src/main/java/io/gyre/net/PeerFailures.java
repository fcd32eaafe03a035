package io.gyre.net;

import io.gyre.loop.LoopLocal;
import io.gyre.loop.LowLevel;
import io.gyre.loop.TaskGroupException;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The failures on a loop that a peer caused, as opposed to mistakes of the code that talked to it. */
final class PeerFailures {
    /*
     * Design.
     *
     * A handler may end with such a failure itself, wrapped, in a group, or as a time-out made from a cancelled wait;
     * and the failure may come from another stream than its own, as in a relay. So each failure is recorded
     * individually, for as long as it is referenced.
     */
    static final LoopLocal<PeerFailures> OF_LOOP = LoopLocal.withInitial(PeerFailures::new);

    /** What a peer did. */
    enum Kind {
        /** Reset the connection, vanished, or ended it in the middle of a message. */
        BROKEN,
        /** Sent, or accepted, nothing for too long. */
        TIMED_OUT,
        /** Sent more than allowed. */
        TOO_LARGE,
        /** Did not agree on how to begin, as in a TLS handshake. */
        HANDSHAKE,
        /** Nothing: this end closed or aborted the connection, outside its handler. */
        CUT_OFF
    }

    private final Map<Key, Kind> kinds = new HashMap<>();
    private final ReferenceQueue<Throwable> gone = new ReferenceQueue<>();

    private PeerFailures() {}

    /** A failure, compared by identity: its class may define equals. */
    private static final class Key extends WeakReference<Throwable> {
        private final int hash;

        Key(Throwable failure, @Nullable ReferenceQueue<Throwable> queue) {
            super(failure, queue);
            hash = System.identityHashCode(failure);
        }

        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public boolean equals(Object other) {
            Throwable failure = get();
            return this == other || (failure != null && other instanceof Key key && key.refersTo(failure));
        }
    }

    /** Records a failure and returns it. */
    <X extends Throwable> X note(X failure, Kind kind) {
        for (Reference<? extends Throwable> dead = gone.poll(); dead != null; dead = gone.poll()) {
            kinds.remove(dead);
        }
        kinds.putIfAbsent(new Key(failure, gone), kind);
        return failure;
    }

    /**
     * {@return what a peer did, if that made a handler fail; otherwise null}
     *
     * @param failure the handler's failure
     * @param isCutOff whether a cause means that other code closed the handler's connection
     */
    @Nullable
    Kind kindOf(Throwable failure, Predicate<Throwable> isCutOff) {
        Kind kind = null;
        for (Throwable cause : LowLevel.causes(failure)) {
            if (cause instanceof TaskGroupException group) {
                return kindOfAll(group, isCutOff);
            }
            Kind known = kinds.get(new Key(cause, null));
            if (known != null) {
                kind = known; // the innermost is the most precise
            } else if (kind == null && isCutOff.test(cause)) {
                kind = Kind.CUT_OFF;
            }
        }
        return kind;
    }

    private @Nullable Kind kindOfAll(TaskGroupException group, Predicate<Throwable> isCutOff) {
        Kind first = null;
        for (Throwable failure : group.failures()) {
            Kind kind = failure == group ? null : kindOf(failure, isCutOff);
            if (kind == null) {
                return null;
            }
            first = first == null ? kind : first;
        }
        return first;
    }
}
