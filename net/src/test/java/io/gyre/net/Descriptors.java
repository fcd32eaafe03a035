package io.gyre.net;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The file descriptors of this process. */
public final class Descriptors {
    private static final Path DIRECTORY = Path.of("/proc/self/fd");

    private Descriptors() {}

    static long open() throws IOException {
        try (var descriptors = Files.list(DIRECTORY)) {
            return descriptors.count();
        }
    }

    /** {@return the sockets, each with the number that the system has given to it and to no other} */
    public static Set<String> sockets() throws IOException {
        List<Path> descriptors;
        try (var listed = Files.list(DIRECTORY)) {
            descriptors = listed.toList();
        }
        Set<String> sockets = new HashSet<>();
        for (Path descriptor : descriptors) {
            try {
                String target = Files.readSymbolicLink(descriptor).toString();
                if (target.startsWith("socket:")) {
                    sockets.add(target);
                }
            } catch (NoSuchFileException closedMeanwhile) {
                // the directory was read with one
            }
        }
        return sockets;
    }
}
