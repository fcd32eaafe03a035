package io.gyre.loop;

import io.gyre.loop.internal.text.Describe;
import io.gyre.loop.internal.text.Failures;
import org.jspecify.annotations.Nullable;

/** Runs bodies that must not suspend. */
final class AtomicBody {
    /*
     * Design.
     *
     * A task is marked while it runs such a body, and each call of ours that would suspend refuses to: park, yield, and
     * the calls that declare a wait in the JDK. The refusal is thrown there, which shows the line, and once more by the
     * end of the body if the body has caught it. So it is kept meanwhile, in a map of the loop, because each task would
     * pay for a field.
     *
     * A park in the JDK itself cannot be refused: the JDK asks nobody. The tick sees a marked task that has parked, and a
     * callback asks for the call while the task is still there. The body's end knows in any case: a task that has
     * suspended goes on in a later tick.
     */
    private AtomicBody() {}

    static <T extends @Nullable Object, X extends Exception> T run(VirtualThreadTask<?> task, Body<T, X> body)
            throws X {
        boolean isNested = task.isAtomic();
        NotAtomicException before = task.loop.notAtomic.remove(task);
        long tick = task.loop.tick.ticks();
        Throwable failure = null;
        task.setAtomic(true);
        try {
            return body.run();
        } catch (Throwable thrown) {
            failure = thrown;
            throw thrown;
        } finally {
            task.setAtomic(isNested);
            throwUnlessIts(failure, outcome(task, before, tick, isNested));
        }
    }

    /** {@return what the body has done that it must not, if it has; kept for the body around it, if there is one} */
    private static @Nullable NotAtomicException outcome(
            VirtualThreadTask<?> task, @Nullable NotAtomicException before, long tick, boolean isNested) {
        if (!task.loop.inLoop()) {
            return suspendedIn(task, "a call of the JDK"); // in which it has outlived its loop
        }
        NotAtomicException done = task.loop.notAtomic.remove(task);
        if (done == null && tick != task.loop.tick.ticks()) {
            done = suspendedIn(task, "a call of the JDK");
        }
        NotAtomicException first = before == null ? done : before;
        if (isNested && first != null) {
            task.loop.notAtomic.put(task, first);
        }
        return done;
    }

    private static void throwUnlessIts(@Nullable Throwable failure, @Nullable NotAtomicException done) {
        if (done == null || done == failure) {
            return;
        }
        if (failure == null) {
            throw done;
        }
        Failures.suppress(failure, done);
    }

    /** Records that a task is parked in a call of the JDK. In a callback. */
    static void noteSuspension(VirtualThreadTask<?> task) {
        if (task.isAtomic() && task.mayWaitInTheJdk()) {
            task.loop.notAtomic.putIfAbsent(task, suspendedIn(task, ForeignPark.callOf(task.stackTrace())));
        }
    }

    private static NotAtomicException suspendedIn(VirtualThreadTask<?> task, String call) {
        return new NotAtomicException(
                task + " has suspended in " + Describe.line(call)
                        + ", but the body of Async.atomic must not suspend: other code of " + task.loop
                        + " may have run meanwhile. Waits in the JDK are noticed only afterwards; move the call out of the body.");
    }
}
