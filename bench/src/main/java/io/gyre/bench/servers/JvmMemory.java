package io.gyre.bench.servers;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * What this JVM says that it has in use.
 *
 * @param heapBytes of objects that are reachable
 * @param directBytes of direct buffers that the JDK knows of; Netty may have others, which only the process's memory shows
 */
public record JvmMemory(long heapBytes, long directBytes) {
    private static final long HARDLY_ANY_BYTES = 64 * 1024;
    private static final int MOST_COLLECTIONS = 20;
    private static final long PAUSE_MILLIS = 50;

    /**
     * Collects garbage until there is hardly any left. A channel or a direct buffer that a collection finds unreachable is
     * cleaned by another thread after it, and garbage only for one of the next.
     */
    public static void collect() {
        long before = collectOnce();
        for (int i = 1; i < MOST_COLLECTIONS; i++) {
            pause();
            long after = collectOnce();
            if (before - after < HARDLY_ANY_BYTES) {
                return;
            }
            before = after;
        }
    }

    private static long collectOnce() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }

    /** {@return what is left after a collection; native memory that is free goes back to the system as well} */
    public static JvmMemory afterCollection() {
        collect();
        trimNativeHeap();
        collect(); // what that has left
        var memory = ManagementFactory.getMemoryMXBean();
        long direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
        return new JvmMemory(memory.getHeapMemoryUsage().getUsed(), direct);
    }

    /** Compilers and closed connections leave free pieces behind, which would pass for memory in use, or be used again. */
    private static void trimNativeHeap() {
        try {
            ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "systemTrimNativeHeap",
                            new Object[0],
                            new String[0]);
        } catch (JMException notOfThisSystem) {
            // the figures are rougher then
        }
    }

    /** {@return the two numbers with a blank between} */
    public String inWords() {
        return heapBytes + " " + directBytes;
    }
}
