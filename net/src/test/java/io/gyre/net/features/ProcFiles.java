package io.gyre.net.features;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What Linux tells of this process: for what a program cannot see of its own sockets. */
final class ProcFiles {
    private static final Path SELF = Path.of("/proc/self");

    private static final Path THREAD = Path.of("/proc/thread-self/io");

    /** EPOLLIN. */
    private static final int READING = 1;

    private ProcFiles() {}

    /** {@return the inodes of the sockets that are open, by file descriptor} */
    static Map<String, Long> sockets() throws IOException {
        var inodes = new TreeMap<String, Long>();
        descriptors("socket:[").forEach((descriptor, target) -> inodes.put(descriptor, inode(target)));
        return inodes;
    }

    private static long inode(String target) {
        return Long.parseLong(target.substring(target.indexOf('[') + 1, target.indexOf(']')));
    }

    /** {@return whether a selector of this process has asked the system to tell when a socket can be read} */
    static boolean isWatchedForReading(long socket) throws IOException {
        for (String selector : descriptors("anon_inode:[eventpoll]").keySet()) {
            for (String line : Files.readAllLines(SELF.resolve("fdinfo").resolve(selector))) {
                if (line.contains(" ino:" + Long.toHexString(socket) + " ")) {
                    String events = line.substring(line.indexOf("events:") + "events:".length())
                            .stripLeading();
                    return (Integer.parseInt(events.substring(0, events.indexOf(' ')), 16) & READING) != 0;
                }
            }
        }
        return false;
    }

    private static Map<String, String> descriptors(String kind) throws IOException {
        assumeTrue(Files.isDirectory(SELF.resolve("fdinfo")), "there is no /proc/self/fdinfo");
        var targets = new TreeMap<String, String>();
        try (Stream<Path> links = Files.list(SELF.resolve("fd"))) {
            for (Path link : links.toList()) {
                if (Files.isSymbolicLink(link)) { // that of the listing itself is gone
                    String target = Files.readSymbolicLink(link).toString();
                    if (target.startsWith(kind)) {
                        targets.put(link.getFileName().toString(), target);
                    }
                }
            }
        }
        return targets;
    }

    /** {@return how many system calls of this thread have written} */
    static long writes() throws IOException {
        assumeTrue(Files.isReadable(THREAD), "there is no /proc/thread-self/io");
        for (String line : Files.readAllLines(THREAD)) {
            if (line.startsWith("syscw: ")) {
                return Long.parseLong(line.substring("syscw: ".length()));
            }
        }
        throw new IOException(THREAD + " does not say how many system calls have written");
    }
}
