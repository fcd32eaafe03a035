package io.gyre.loop;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Pipes in non-blocking mode, in the order in which a test has opened them. */
public final class Pipes implements Iterable<Pipe>, AutoCloseable {
    private final List<Pipe> opened = new ArrayList<>();

    /** {@return one more pipe} */
    public Pipe open() throws IOException {
        Pipe pipe = Pipe.open();
        pipe.source().configureBlocking(false);
        pipe.sink().configureBlocking(false);
        opened.add(pipe);
        return pipe;
    }

    /** Makes the source of a pipe readable, and returns the pipe. */
    public static Pipe fill(Pipe pipe) throws IOException {
        pipe.sink().write(ByteBuffer.wrap(new byte[] {1}));
        return pipe;
    }

    /** {@return the pipe that was opened as number {@code index}, from zero} */
    public Pipe get(int index) {
        return opened.get(index);
    }

    @Override
    public Iterator<Pipe> iterator() {
        return opened.iterator();
    }

    @Override
    public void close() throws IOException {
        for (Pipe pipe : opened) {
            pipe.source().close();
            pipe.sink().close();
        }
    }
}
