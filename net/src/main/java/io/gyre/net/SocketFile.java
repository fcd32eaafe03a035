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
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The file of a Unix domain socket: how it appears, and how it goes. */
final class SocketFile {
    /*
     * Design.
     *
     * The system makes the file with the mode that the umask allows, and from then on takes connections. So it is made in a fresh
     * directory that only its owner may enter, and gets its mode there, where nobody can have put a link in its place. Then it is
     * linked to where it shall be, which fails if there is something: of two servers that start at once, one is refused.
     *
     * What a server that is gone has left there is first moved into our directory, which is one step, and looked at again: if it
     * is not what was seen to be left over, another server was faster, and gets its file back. The same is done at the end, with
     * the file that was made, known by its key (device and inode).
     *
     * The system's limit is that of the path in the end. The path in our directory may be too long where that is not, so it is
     * bound by way of a short symbolic link then, in a directory of our own, too.
     */
    static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    /** Of the mode of a file, as {@code stat(2)} has it. */
    private static final int FILE_TYPE = 0170000;

    private static final int SOCKET = 0140000;

    private final Path path;
    private final @Nullable Object key;

    private SocketFile(Path path, @Nullable Object key) {
        this.path = path;
        this.key = key;
    }

    /** {@return the file of a channel that somebody else has bound, who removes it, too} */
    static SocketFile ofOther(Path path) {
        return new SocketFile(path, null);
    }

    static SocketFile bind(ServerSocketChannel channel, Path path, Set<PosixFilePermission> mode, int backlog)
            throws IOException {
        try {
            Object leftOver = requireFree(path);
            try (var room = new Room(path)) {
                room.bind(channel, backlog);
                Files.setPosixFilePermissions(room.file(), mode);
                Object key = Objects.requireNonNull(keyOf(room.file()));
                if (leftOver != null && !room.takeAway(path, leftOver)) {
                    throw new BindException("a server listens there already");
                }
                link(room.file(), path);
                return new SocketFile(path, key);
            }
        } catch (IOException failure) {
            var named = new BindException("cannot listen on " + path + ": " + LowLevel.describe(failure.getMessage()));
            named.initCause(failure);
            throw named;
        }
    }

    private static void link(Path made, Path path) throws IOException {
        try {
            Files.createLink(path, made);
        } catch (FileAlreadyExistsException otherWasFaster) {
            throw new BindException("a server has begun to listen there at the same time");
        } catch (FileSystemException | UnsupportedOperationException noLinksHere) {
            Files.move(made, path, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /** A directory beside a path, which only its owner may enter. */
    private static final class Room implements AutoCloseable {
        private final Path directory;

        Room(Path path) throws IOException {
            Path parent = Objects.requireNonNull(path.toAbsolutePath().getParent(), "the root is no socket");
            directory = Files.createTempDirectory(parent, ".gyre");
        }

        Path file() {
            return directory.resolve("s");
        }

        void bind(ServerSocketChannel channel, int backlog) throws IOException {
            try {
                channel.bind(UnixDomainSocketAddress.of(file()), backlog);
            } catch (SocketException failure) {
                if (!isTooLong(failure)) {
                    throw failure;
                }
                Path aliases = Files.createTempDirectory("gyre");
                Path alias = aliases.resolve("d");
                try {
                    Files.createSymbolicLink(alias, directory);
                    channel.bind(UnixDomainSocketAddress.of(alias.resolve("s")), backlog);
                } finally {
                    Files.deleteIfExists(alias);
                    Files.delete(aliases);
                }
            }
        }

        /** {@return whether a file was what its key says, and is gone now; any other is left, or put back} */
        boolean takeAway(Path path, Object key) throws IOException {
            Path taken = directory.resolve("t");
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

    /** {@return the key of a socket that nobody listens on, which is left over and may be replaced; null if nothing is there} */
    private static @Nullable Object requireFree(Path path) throws IOException {
        Object key = keyOf(path);
        if (key != null && !isSocket(path)) {
            throw new BindException("there is a file that is not a socket");
        }
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.configureBlocking(false);
            probe.connect(UnixDomainSocketAddress.of(path));
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
            if (!UnixStream.isWantOfRoom(failure)) {
                throw new BindException("a socket is there, and whether anybody listens cannot be said: "
                        + LowLevel.describe(failure.getMessage()));
            }
        }
        throw new BindException("a server listens there already");
    }

    /** {@return whether the path of a socket is longer than the system allows} The JDK tells that in words only. */
    private static boolean isTooLong(IOException failure) {
        return failure instanceof SocketException
                && String.valueOf(failure.getMessage()).contains("too long");
    }

    private static boolean isSocket(Path path) throws IOException {
        Object mode = Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        return (((Integer) mode) & FILE_TYPE) == SOCKET;
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
        BasicFileAttributes present = attributes(path);
        return present == null ? null : present.fileKey();
    }

    private static @Nullable BasicFileAttributes attributes(Path path) throws IOException {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException none) {
            return null;
        }
    }
}
