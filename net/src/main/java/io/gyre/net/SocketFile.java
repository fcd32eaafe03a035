package io.gyre.net;

import io.gyre.loop.LowLevel;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The file of a Unix domain socket: how it appears, and how it goes. */
final class SocketFile {
    /*
     * Design.
     *
     * The system makes the file with the mode that the umask allows, and from then on takes connections. So it is made under a name
     * that nobody knows, given its mode, and moved to its place, which is one step for those who look: they find the old file or
     * the new one, with its mode.
     *
     * What is removed at the end is the file that was made, known by its key (device and inode), and not one that a successor
     * has put in its place meanwhile.
     */
    static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    /** Of the mode of a file, as {@code stat(2)} has it. */
    private static final int FILE_TYPE = 0170000;

    private static final int SOCKET = 0140000;

    private final Path path;
    private final Object key;

    private SocketFile(Path path, Object key) {
        this.path = path;
        this.key = key;
    }

    static SocketFile bind(ServerSocketChannel channel, Path path, Set<PosixFilePermission> mode, int backlog)
            throws IOException {
        requireFree(path);
        Path hidden = path.resolveSibling(".~"
                + HexFormat.of()
                        .toHexDigits((short) RandomGenerator.getDefault().nextInt()));
        try {
            channel.bind(UnixDomainSocketAddress.of(hidden), backlog);
            Files.setPosixFilePermissions(hidden, mode);
            Object key = Objects.requireNonNull(keyOf(hidden));
            Files.move(hidden, path, StandardCopyOption.ATOMIC_MOVE);
            return new SocketFile(path, key);
        } catch (IOException failure) {
            Files.deleteIfExists(hidden);
            var named = new BindException("cannot listen on " + path + ": " + LowLevel.describe(failure.getMessage()));
            named.initCause(failure);
            throw named;
        }
    }

    /** A socket that nobody listens on is left over, and may be replaced. */
    private static void requireFree(Path path) throws IOException {
        if (attributes(path) == null) {
            return;
        }
        if (!isSocket(path)) {
            throw new BindException("cannot listen on " + path + ": there is a file that is not a socket");
        }
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.configureBlocking(false);
            probe.connect(UnixDomainSocketAddress.of(path));
        } catch (ConnectException nobodyListens) {
            return;
        } catch (IOException failure) {
            if (!UnixStream.isWantOfRoom(failure)) {
                var named = new BindException(
                        "cannot listen on " + path + ": a socket is there, and whether anybody listens cannot be said: "
                                + LowLevel.describe(failure.getMessage()));
                named.initCause(failure);
                throw named;
            }
        }
        throw new BindException("cannot listen on " + path + ": a server listens there already");
    }

    private static boolean isSocket(Path path) throws IOException {
        Object mode = Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        return (((Integer) mode) & FILE_TYPE) == SOCKET;
    }

    /** Removes the file, if it is still ours. */
    void remove() throws IOException {
        if (key.equals(keyOf(path))) {
            Files.deleteIfExists(path);
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
