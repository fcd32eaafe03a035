package io.gyre.net.os;

import java.io.Closeable;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Pipes from a process about to start, which outlive it. Used on a thread that may block. */
final class NamedPipes implements AutoCloseable {
    /*
     * Design.
     *
     * When a process ends, the JDK drains its pipes and closes them. Later output of the process's children is lost,
     * and SIGPIPE kills them. So the process gets pipes of our own. The JDK can redirect to files only, so these have
     * names, in a directory that only its owner may enter, and only until the process has started.
     *
     * Opening a named pipe in one direction blocks until the other end opens. So we first open it in both directions,
     * which does not block, and close that end once the process has its own: reading then ends with the process and its
     * children.
     */
    private final Path directory;
    private final List<Path> pipes = new ArrayList<>();
    private final List<RandomAccessFile> kept = new ArrayList<>();
    private final List<InputStream> readers = new ArrayList<>();
    private boolean handedOver;

    private NamedPipes(Path directory) {
        this.directory = directory;
    }

    /**
     * {@return this many pipes}
     *
     * @throws IOException if the system cannot create them
     */
    static NamedPipes make(int count) throws IOException {
        var made = new NamedPipes(Files.createTempDirectory("gyre-process-"));
        try {
            made.open(count);
            return made;
        } catch (Throwable failure) {
            made.close();
            throw failure;
        }
    }

    private void open(int count) throws IOException {
        var command = new ArrayList<String>(List.of("mkfifo", "-m", "600"));
        for (int i = 0; i < count; i++) {
            Path pipe = directory.resolve(Integer.toString(i));
            pipes.add(pipe);
            command.add(pipe.toString());
        }
        Process maker = new ProcessBuilder(command)
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.DISCARD)
                .start();
        if (maker.onExit().join().exitValue() != 0) {
            throw new IOException("mkfifo failed in " + directory);
        }
        for (Path pipe : pipes) {
            kept.add(new RandomAccessFile(pipe.toFile(), "rw"));
            readers.add(new FileInputStream(pipe.toFile()));
        }
    }

    /** {@return the end that the process writes to} */
    Redirect target(int index) {
        return Redirect.appendTo(pipes.get(index).toFile());
    }

    /** {@return the other end, which the caller owns from now on} */
    InputStream take(int index) {
        handedOver = true;
        return readers.get(index);
    }

    /**
     * Closes all pipes except those taken. Never fails: a started process must not be lost because a name could not be
     * deleted.
     */
    @Override
    public void close() {
        var rest = new ArrayList<Closeable>(kept);
        if (!handedOver) {
            rest.addAll(readers);
        }
        pipes.forEach(pipe -> rest.add(() -> Files.deleteIfExists(pipe)));
        rest.add(() -> Files.deleteIfExists(directory));
        for (Closeable each : rest) {
            try {
                each.close();
            } catch (IOException stays) {
                // at worst an empty directory is left among the temporary files
            }
        }
    }
}
