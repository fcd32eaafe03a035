package io.gyre.loop;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/** What a thread does with its time, as the JVM knows it. A seam for tests of the watchdog. */
interface ThreadLoad {
    /** The answers of this JVM. */
    ThreadLoad OF_JVM = new ThreadLoad() {
        /** Loaded at the first question, which the watchdog asks. */
        private static final class Bean {
            private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
            private static final boolean IS_SUPPORTED =
                    THREADS.isThreadCpuTimeSupported() && THREADS.isThreadCpuTimeEnabled();
        }

        @Override
        public long cpuNanos(Thread thread) {
            return Bean.IS_SUPPORTED ? Bean.THREADS.getThreadCpuTime(thread.threadId()) : -1;
        }
    };

    /**
     * {@return for how long a thread has used a processor, in nanoseconds; -1 if that is not known}
     *
     * @param thread a platform thread
     */
    long cpuNanos(Thread thread);

    /**
     * {@return whether a thread waits for something, and not for a processor}
     *
     * @param thread a platform thread
     */
    default boolean isWaiting(Thread thread) {
        return switch (thread.getState()) {
            case BLOCKED, WAITING, TIMED_WAITING -> true;
            case NEW, RUNNABLE, TERMINATED -> false;
        };
    }
}
