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

/** Pipes from a process that is about to start, which stay when it ends. In a thread that may block. */
final class NamedPipes implements AutoCloseable {
    /*
     * Design.
     *
     * When a process ends, the JDK reads what is in its pipes and closes them. What the children of the process write after
     * that is lost, and the signal SIGPIPE kills them. So the process gets pipes of our own. The JDK can redirect to files only,
     * so these have names, in a directory that nobody else can enter, and only until the process has started.
     *
     * Opening such a pipe for one direction waits for the other. So it is opened for both first, which waits for nobody, and
     * that is closed when the process has its end: what is read then ends when the process and its children have.
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
     * {@return so many pipes}
     *
     * @throws IOException if the system has none
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

    /** {@return where the process writes to a pipe} */
    Redirect target(int index) {
        return Redirect.appendTo(pipes.get(index).toFile());
    }

    /** {@return the other end, which is the caller's from now on} */
    InputStream take(int index) {
        handedOver = true;
        return readers.get(index);
    }

    /** Closes all but what was taken. Never fails: a process that has started must not be lost for a name that stays. */
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
                // an empty directory for temporary files, at the worst
            }
        }
    }
}
