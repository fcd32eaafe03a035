package io.gyre.bench.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The memory of a JVM, as it says itself and as the system has it.
 *
 * @param heapBytes of objects that are reachable
 * @param directBytes of direct buffers that the JDK knows of
 * @param residentBytes of the process (VmRSS)
 * @param proportionalBytes of the process, what it shares divided by those who do (Pss); null if that may not be read
 */
public record Footprint(
        long heapBytes,
        long directBytes,
        long residentBytes,
        @Nullable Long proportionalBytes) {
    private static final long KIBI = 1024;

    /** {@return the memory of a process, with what it says itself} */
    public static Footprint of(long pid, long heapBytes, long directBytes) throws IOException {
        Path process = Path.of("/proc", Long.toString(pid));
        long resident = bytes("VmRSS", Files.readString(process.resolve("status")));
        return new Footprint(heapBytes, directBytes, resident, proportional(process));
    }

    /** {@return what has been added since an earlier look} */
    public Footprint since(Footprint earlier) {
        Long now = proportionalBytes;
        Long then = earlier.proportionalBytes;
        return new Footprint(
                heapBytes - earlier.heapBytes,
                directBytes - earlier.directBytes,
                residentBytes - earlier.residentBytes,
                now == null || then == null ? null : now - then);
    }

    private static @Nullable Long proportional(Path process) {
        try {
            return bytes("Pss", Files.readString(process.resolve("smaps_rollup")));
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
}
