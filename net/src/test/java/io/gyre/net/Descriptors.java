package io.gyre.net;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The file descriptors of this process. */
public final class Descriptors {
    private static final Path DIRECTORY = Path.of("/proc/self/fd");

    private Descriptors() {}

    public static long open() throws IOException {
        try (var descriptors = Files.list(DIRECTORY)) {
            return descriptors.count();
        }
    }

    /**
     * {@return what each descriptor is: a file by its path, a socket or pipe by the number that the system has given to it
     * and to no other}
     */
    public static List<String> targets() throws IOException {
        List<Path> descriptors;
        try (var listed = Files.list(DIRECTORY)) {
            descriptors = listed.toList();
        }
        var targets = new ArrayList<String>();
        for (Path descriptor : descriptors) {
            try {
                targets.add(Files.readSymbolicLink(descriptor).toString());
            } catch (NoSuchFileException closedMeanwhile) {
                // the directory was read with one
            }
        }
        return targets;
    }

    /** {@return the descriptors that were not there before, whatever has become of those that were} */
    public static List<String> openedSince(List<String> before) throws IOException {
        var opened = new ArrayList<>(targets());
        before.forEach(opened::remove);
        return opened;
    }

    public static Set<String> sockets() throws IOException {
        return targets().stream().filter(target -> target.startsWith("socket:")).collect(Collectors.toSet());
    }
}
