package io.gyre.loop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A thread as the operating system knows it. Only it tells a call of native code that blocks from a wait for a
 * processor: to the JVM both are running.
 *
 * @param thread the thread; null if it is not known
 * @param status the file with its status; null if the system has none. Linux has
 */
record SystemThread(@Nullable Thread thread, @Nullable Path status) {
    static final SystemThread UNKNOWN = new SystemThread(null, null);

    private static final Path PROC = Path.of("/proc");

    /** What the system says about a thread. */
    enum State {
        /** It has a processor or waits for one. */
        RUNNABLE,
        /** It waits for something else. */
        ASLEEP,
        UNKNOWN
    }

    /** {@return this, if it is the calling thread, otherwise the calling thread} Never throws. */
    SystemThread orOfCurrentThread() {
        Thread current = Thread.currentThread();
        return current == thread ? this : ofCurrentThread(current);
    }

    private static SystemThread ofCurrentThread(Thread current) {
        try {
            Path own = Files.readSymbolicLink(PROC.resolve("thread-self"));
            return new SystemThread(current, PROC.resolve(own).resolve("stat"));
        } catch (Throwable unknown) {
            return UNKNOWN; // not Linux, or there is no memory: then reports say less
        }
    }

    /** {@return its state now} Any thread. */
    State state() {
        if (status == null) {
            return State.UNKNOWN;
        }
        try {
            String line = Files.readString(status);
            char state = line.charAt(line.lastIndexOf(')') + 2); // the name in front of it may contain anything
            return state == 'S' || state == 'D' ? State.ASLEEP : State.RUNNABLE;
        } catch (IOException | RuntimeException ended) {
            return State.UNKNOWN;
        }
    }
}
