package io.gyre.bench.process;

import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;

/**
 * The memory of a JVM, as it says itself and as the system has it.
 *
 * @param heapBytes of objects that are reachable
 * @param directBytes of direct buffers that the JDK knows of; Netty may have others, which only the process's memory shows
 * @param residentBytes of the process (VmRSS)
 * @param proportionalBytes of the process, what it shares divided by those who do (Pss); null if that may not be read
 */
public record Footprint(
        long heapBytes,
        long directBytes,
        long residentBytes,
        @Nullable Long proportionalBytes) {
    private static final long KIBI = 1024;
    private static final long HARDLY_ANY_BYTES = 64 * KIBI;
    private static final int MOST_COLLECTIONS = 20;
    private static final long PAUSE_MILLIS = 50;

    /** {@return that of this JVM after a collection; native memory that is free goes back to the system as well} */
    public static Footprint afterCollection() throws IOException {
        collect();
        trimNativeHeap();
        collect(); // what that has left
        long direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
        long resident = bytes("VmRSS", Files.readString(Path.of("/proc/self/status")));
        return new Footprint(usedHeap(), direct, resident, proportional());
    }

    /**
     * Collects the garbage of this JVM until there is hardly any left. A channel or a direct buffer that a collection finds
     * unreachable is cleaned by another thread after it, and garbage only for one of the next.
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
        return usedHeap();
    }

    private static long usedHeap() {
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }

    /** Compilers and closed connections leave free pieces behind, which would pass for memory in use, or be used again. */
    private static void trimNativeHeap() {
        try {
            var command = new ObjectName("com.sun.management:type=DiagnosticCommand");
            ManagementFactory.getPlatformMBeanServer()
                    .invoke(command, "systemTrimNativeHeap", new Object[0], new String[0]);
        } catch (JMException notOfThisSystem) {
            // the figures are rougher then
        }
    }

    private static @Nullable Long proportional() {
        try {
            return bytes("Pss", Files.readString(Path.of("/proc/self/smaps_rollup")));
        } catch (IOException notAllowed) {
            return null;
        }
    }

    /** {@return what a line such as {@code VmRSS:  1234 kB} says} */
    static long bytes(String name, String lines) throws IOException {
        Matcher line = Pattern.compile("^" + name + ":\\s*(\\d+) kB$", Pattern.MULTILINE)
                .matcher(lines);
        if (!line.find()) {
            throw new IOException("the system does not tell " + name);
        }
        return Long.parseLong(line.group(1)) * KIBI;
    }

    public Footprint since(Footprint earlier) {
        Long now = proportionalBytes;
        Long then = earlier.proportionalBytes;
        return new Footprint(
                heapBytes - earlier.heapBytes,
                directBytes - earlier.directBytes,
                residentBytes - earlier.residentBytes,
                now == null || then == null ? null : now - then);
    }

    /** {@return the numbers with blanks between, for another process} */
    public String inWords() {
        return heapBytes + " " + directBytes + " " + residentBytes + " "
                + (proportionalBytes == null ? "?" : proportionalBytes);
    }

    /** {@return what another process has said about itself} */
    public static Footprint parse(String words) {
        String[] bytes = words.split(" ", -1);
        return new Footprint(
                Long.parseLong(bytes[0]),
                Long.parseLong(bytes[1]),
                Long.parseLong(bytes[2]),
                bytes[3].equals("?") ? null : Long.valueOf(bytes[3]));
    }
}
