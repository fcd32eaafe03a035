package io.gyre.loop;

import org.jspecify.annotations.Nullable;

/** Somebody who is told when a {@link Completion} is done: a link in that completion's list. */
abstract class Observer {
    private final Completion<?> completion;
    private @Nullable Observer previous;
    private @Nullable Observer next;
    private boolean listed;

    Observer(Completion<?> completion) {
        this.completion = completion;
    }

    /** Called once, on the loop thread. Must only make something ready to run. */
    abstract void completed();

    final Completion<?> completion() {
        return completion;
    }

    /** The observers of one completion in order of arrival, with removal in O(1): a future may have very many. */
    static final class Chain {
        private @Nullable Observer first;
        private @Nullable Observer last;

        boolean isEmpty() {
            return first == null;
        }

        void add(Observer observer) {
            observer.listed = true;
            observer.previous = last;
            if (last == null) {
                first = observer;
            } else {
                last.next = observer;
            }
            last = observer;
        }

        void remove(Observer observer) {
            if (!observer.listed) {
                return;
            }
            observer.listed = false;
            Observer before = observer.previous;
            Observer after = observer.next;
            if (before == null) {
                first = after;
            } else {
                before.next = after;
            }
            if (after == null) {
                last = before;
            } else {
                after.previous = before;
            }
            observer.previous = null;
            observer.next = null;
        }

        void tellAll() {
            for (Observer observer = first; observer != null; observer = first) {
                remove(observer);
                observer.completed();
            }
        }
    }
}
