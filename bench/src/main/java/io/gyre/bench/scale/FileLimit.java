package io.gyre.bench.scale;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How many files a process may have open: as many as its connections, and some. */
final class FileLimit {
    private static final Pattern LIMIT = Pattern.compile("^Max open files\\s+(\\S+)\\s+(\\S+)", Pattern.MULTILINE);
    private static final int OTHER_FILES = 200; // of a JVM

    private FileLimit() {}

    /** {@return the limit that a process can raise its own to, as the JVM and the generator do} */
    static long hard() throws IOException {
        return hard(Files.readString(Path.of("/proc/self/limits")));
    }

    static long hard(String limits) throws IOException {
        Matcher line = LIMIT.matcher(limits);
        if (!line.find()) {
            throw new IOException("The system does not tell how many files a process may have open.");
        }
        return line.group(2).equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(line.group(2));
    }

    /**
     * Makes sure that so many connections fit.
     *
     * @throws IOException with what to do, if they do not
     */
    static void require(int connections, long hard) throws IOException {
        int needed = connections + OTHER_FILES;
        if (connections > 0 && hard < needed) {
            throw new IOException(
                    "%,d connections need %,d open files in the server and in the load generator, and the hard"
                                    .formatted(connections, needed)
                            + " limit is %,d. Raise it (ulimit -Hn %d, as root; or LimitNOFILE, or limits.conf),"
                                    .formatted(hard, needed)
                            + " or leave those parts out with --only tasks,timers,loops.");
        }
    }
}
