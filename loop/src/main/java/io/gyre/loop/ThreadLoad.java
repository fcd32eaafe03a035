package io.gyre.loop;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** What a thread does with its time, as the JVM and the system know it. A seam for tests of the watchdog. */
interface ThreadLoad {
    /** The answers of this JVM. */
    ThreadLoad OF_JVM = new ThreadLoad() {
        /** Loaded at the first question, which the watchdog asks. */
        private static final class Bean {
            private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
            private static final boolean IS_SUPPORTED =
                    THREADS.isThreadCpuTimeSupported() && THREADS.isThreadCpuTimeEnabled();

            /** Those that stop the program while they work: beans of whole cycles count concurrent work, too. */
            private static final GarbageCollectorMXBean[] COLLECTORS =
                    ManagementFactory.getGarbageCollectorMXBeans().stream()
                            .filter(bean -> !bean.getName().endsWith("Cycles"))
                            .toArray(GarbageCollectorMXBean[]::new);
        }

        @Override
        public long cpuNanos(Thread thread) {
            return Bean.IS_SUPPORTED ? Bean.THREADS.getThreadCpuTime(thread.threadId()) : -1;
        }

        @Override
        public long collectionNanos() {
            long millis = 0;
            for (GarbageCollectorMXBean collector : Bean.COLLECTORS) {
                millis += Math.max(0, collector.getCollectionTime());
            }
            return TimeUnit.MILLISECONDS.toNanos(millis);
        }
    };

    /** Thread groups of the JDK. */
    Set<String> GROUPS_OF_JDK = Set.of("system", "InnocuousThreadGroup", "CarrierThreads");

    /** Threads that start while they are counted. */
    int ROOM_FOR_NEW_ONES = 16;

    /**
     * {@return for how long a thread has used a processor, in nanoseconds; -1 if that is not known}
     *
     * @param thread a platform thread
     */
    long cpuNanos(Thread thread);

    /** {@return for how long garbage collections have stopped the program so far, in nanoseconds} */
    long collectionNanos();

    /**
     * {@return what the system says about a thread}
     *
     * @param thread the thread
     */
    default SystemThread.State inSystem(SystemThread thread) {
        return thread.state();
    }

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

    /**
     * {@return whether a thread waits without a limit, and the program has no other platform thread that could end that}
     * Threads of the JDK and the caller do not count.
     *
     * @param thread a platform thread
     */
    default boolean isWaitingForNobody(Thread thread) {
        return thread.getState() != Thread.State.TIMED_WAITING
                && all().stream().noneMatch(other -> other != thread && isOfProgram(other));
    }

    private static boolean isOfProgram(Thread thread) {
        ThreadGroup group = thread.getThreadGroup(); // null if it has ended
        return group != null
                && thread != Thread.currentThread()
                && !GROUPS_OF_JDK.contains(group.getName())
                && !thread.getName().equals("DestroyJavaVM");
    }

    /** {@return the platform threads, without their stacks, for which the JVM would stop them all} */
    private static List<Thread> all() {
        ThreadGroup top = Thread.currentThread().getThreadGroup();
        for (ThreadGroup parent = top.getParent(); parent != null; parent = top.getParent()) {
            top = parent;
        }
        var threads = new Thread[top.activeCount() + ROOM_FOR_NEW_ONES];
        return Arrays.asList(threads).subList(0, top.enumerate(threads));
    }
}
