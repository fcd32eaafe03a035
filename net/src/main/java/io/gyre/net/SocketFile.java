package io.gyre.net;

import io.gyre.loop.LowLevel;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.Charset;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The file of a Unix domain socket: how it is created, replaced and removed. */
final class SocketFile {
    /*
     * Design.
     *
     * The system creates the file with the mode that the umask allows, and accepts connections from then on. So it is
     * created in a fresh directory that only its owner may enter, and gets its mode there, where no other user can have
     * put a link in its place. Then it is linked to its final path, which fails if a file is already there: of two
     * servers that start at once, one is refused.
     *
     * A file left behind by a dead server is replaced by the holder of a claim on it: the first server that manages to
     * link its own listening socket to a name made from the key (device and inode) of the leftover file. Without the
     * claim, a server could remove a file that it saw as left over but that is another server's new file by now. A
     * claim whose owner has died is itself a leftover socket, and is replaced in the same way.
     *
     * A file to be removed is moved into our directory, which is atomic, and checked again: programs that know nothing
     * of claims get their file back. The same happens at the end with our own file, before the server stops listening:
     * until then nobody takes it for left over.
     *
     * The system limits the length of the final path. The paths in our directory and of claims may exceed the limit
     * when the final path does not; they are then used through a short symbolic link, also in a directory of our own.
     */
    static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    /** The bits for the type of a file in its mode, see {@code stat(2)}. */
    private static final int FILE_TYPE = 0170000;

    private static final int SOCKET = 0140000;

    private final Path path;
    private final @Nullable Object key;

    private SocketFile(Path path, @Nullable Object key) {
        this.path = path;
        this.key = key;
    }

    /** {@return the file of a channel bound by other code, which also removes it} */
    static SocketFile ofOther(Path path) {
        return new SocketFile(path, null);
    }

    static SocketFile bind(ServerSocketChannel channel, Path path, Set<PosixFilePermission> mode, int backlog)
            throws IOException {
        try {
            Object leftOver = requireFree(path, each -> probe(UnixDomainSocketAddress.of(each)));
            try (var room = new Room(path)) {
                room.bind(channel, backlog);
                Files.setPosixFilePermissions(room.file(), mode);
                Object key = Objects.requireNonNull(keyOf(room.file()));
                room.put(path, leftOver);
                return new SocketFile(path, key);
            }
        } catch (IOException failure) {
            // File exceptions name the file and nothing else.
            Object reason = failure instanceof FileSystemException ? failure : failure.getMessage();
            var named =
                    new BindException("cannot listen on " + LowLevel.describe(path) + ": " + LowLevel.describe(reason));
            named.initCause(failure);
            throw named;
        }
    }

    private static void link(Path made, Path path) throws IOException {
        try {
            Files.createLink(path, made);
        } catch (FileAlreadyExistsException otherWasFaster) {
            throw atTheSameTime();
        } catch (FileSystemException | UnsupportedOperationException noLinksHere) {
            Files.move(made, path, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private static BindException atTheSameTime() {
        return new BindException("another server started to listen there at the same time");
    }

    /** Uses the address of a socket. */
    @FunctionalInterface
    private interface Use {
        void with(UnixDomainSocketAddress address) throws IOException;
    }

    /** Uses the address of a socket, even if its path is too long for an address. */
    private static void reach(Path path, Use use) throws IOException {
        try {
            use.with(UnixDomainSocketAddress.of(path));
        } catch (SocketException failure) {
            if (!isTooLong(failure)) {
                throw failure;
            }
            Path aliases = Files.createTempDirectory("gyre");
            Path alias = aliases.resolve("d");
            try {
                Files.createSymbolicLink(alias, path.getParent());
                use.with(UnixDomainSocketAddress.of(alias.resolve(path.getFileName())));
            } finally {
                Files.deleteIfExists(alias);
                Files.delete(aliases);
            }
        }
    }

    /** A directory beside a path that only its owner may enter. */
    private static final class Room implements AutoCloseable {
        private final Path directory;

        Room(Path path) throws IOException {
            Path parent = Objects.requireNonNull(path.toAbsolutePath().getParent()); // the root is refused before
            directory = Files.createTempDirectory(parent, ".gyre");
        }

        Path file() {
            return directory.resolve("s");
        }

        void bind(ServerSocketChannel channel, int backlog) throws IOException {
            reach(file(), address -> channel.bind(address, backlog));
        }

        /** Makes the socket appear at a path, replacing a leftover file. */
        void put(Path path, @Nullable Object leftOver) throws IOException {
            if (leftOver == null) {
                link(file(), path);
                return;
            }
            Path claim = directory.resolveSibling(nameOfClaim(leftOver));
            claim(claim);
            try {
                if (!takeAway(path, leftOver)) {
                    throw atTheSameTime();
                }
                link(file(), path);
            } finally {
                Files.deleteIfExists(claim);
            }
        }

        private void claim(Path claim) throws IOException {
            try {
                Files.createLink(claim, file());
            } catch (FileAlreadyExistsException taken) {
                put(claim, requireFree(claim, each -> reach(each, SocketFile::probe)));
            } catch (FileSystemException | UnsupportedOperationException noLinksHere) {
                // without links, no server can have the path to itself either
            }
        }

        /** {@return whether the file had this key and is gone now; any other file stays, or is put back} */
        boolean takeAway(Path path, Object key) throws IOException {
            Path taken = directory.resolve("t");
            Object present = keyOf(path);
            if (present != null && !key.equals(present)) {
                return false;
            }
            try {
                Files.move(path, taken, StandardCopyOption.ATOMIC_MOVE);
            } catch (NoSuchFileException gone) {
                return true;
            }
            if (!key.equals(keyOf(taken))) {
                link(taken, path);
                return false;
            }
            return true;
        }

        @Override
        public void close() throws IOException {
            Files.deleteIfExists(file());
            Files.deleteIfExists(directory.resolve("t"));
            Files.delete(directory);
        }
    }

    /** {@return the name of the claim on a leftover file} */
    static String nameOfClaim(Object leftOver) {
        return ".gyre-" + leftOver.toString().replaceAll("[^0-9A-Za-z]", "");
    }

    /** Connects to a socket. */
    @FunctionalInterface
    private interface Probe {
        void connect(Path path) throws IOException;
    }

    private static void probe(UnixDomainSocketAddress address) throws IOException {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.configureBlocking(false);
            probe.connect(address);
        }
    }

    /**
     * {@return the key of a leftover socket, on which nothing listens and which may be replaced; null if there is no
     * file}
     */
    private static @Nullable Object requireFree(Path path, Probe probe) throws IOException {
        Map<String, Object> present = attributes(path);
        Object key = present.get("fileKey");
        if (present.get("mode") instanceof Integer mode && (mode & FILE_TYPE) != SOCKET) {
            throw new BindException("the file exists and is not a socket");
        }
        try {
            probe.connect(path);
        } catch (ConnectException nobodyListens) {
            return key;
        } catch (IOException failure) {
            if (isTooLong(failure)) {
                throw new BindException(
                        "the path has " + path.toString().getBytes(Charset.defaultCharset()).length
                                + " bytes, which is more than the system allows for a socket (about 100). Choose a shorter one.");
            }
            if (key == null) {
                return null;
            }
            if (!key.equals(keyOf(path))) {
                throw atTheSameTime();
            }
            if (!UnixStream.isWantOfRoom(failure)) {
                throw new BindException("a socket file exists, and it is unknown whether a server listens on it: "
                        + LowLevel.describe(failure.getMessage()));
            }
        }
        throw new BindException("a server listens there already");
    }

    /** {@return whether the path of a socket exceeds the system's limit} The JDK reports this only in the message. */
    private static boolean isTooLong(IOException failure) {
        return failure instanceof SocketException
                && String.valueOf(failure.getMessage()).contains("too long");
    }

    /** Removes the file, if it is still ours. */
    void remove() throws IOException {
        if (key != null && key.equals(keyOf(path))) {
            try (var room = new Room(path)) {
                room.takeAway(path, key);
            }
        }
    }

    Path path() {
        return path;
    }

    private static @Nullable Object keyOf(Path path) throws IOException {
        return attributes(path).get("fileKey");
    }

    /** {@return the key and the mode of a file; empty if there is no file} */
    private static Map<String, Object> attributes(Path path) throws IOException {
        try {
            return Files.readAttributes(path, "unix:fileKey,mode", LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException none) {
            return Map.of();
        }
    }
}
