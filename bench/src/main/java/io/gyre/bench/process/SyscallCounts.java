package io.gyre.bench.process;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the table that {@code strace -c} writes. */
public final class SyscallCounts {
    /** Share, seconds, microseconds a call, calls, perhaps errors, name. */
    private static final Pattern ROW =
            Pattern.compile("\\s*[0-9.,]+\\s+[0-9.,]+\\s+[0-9]+\\s+([0-9]+)(?:\\s+[0-9]+)?\\s+(\\w+)");

    private SyscallCounts() {}

    /** {@return how often each system call was made, by its name} */
    public static Map<String, Long> parse(String table) {
        var counts = new TreeMap<String, Long>();
        for (String line : table.lines().toList()) {
            Matcher row = ROW.matcher(line);
            if (row.matches() && !row.group(2).equals("total")) {
                counts.merge(row.group(2), Long.valueOf(row.group(1)), Long::sum);
            }
        }
        return counts;
    }
}
