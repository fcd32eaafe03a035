package io.gyre.net.os;

import io.gyre.loop.Async;
import io.gyre.loop.BusyException;
import io.gyre.net.ByteReader;
import org.jspecify.annotations.Nullable;

/**
 * What is typed, or piped, into this process.
 *
 * {@snippet :
 * try (ByteReader input = StandardInput.open()) {
 *     for (var line = input.readLine(1000); line.isPresent(); line = input.readLine(1000)) {
 *         answer(line.get());
 *     }
 * }
 * }
 *
 * <p>It is read in a daemon thread, which never keeps the process alive, and only when somebody wants to read. What has come
 * and was not delivered when a reader was closed, a part of a line, say, is what the next one begins with.
 *
 * <p><b>Source:</b> asyncio {@code connect_read_pipe(..., sys.stdin)}. Differs: works for terminals, files and pipes alike, and
 * does not make them non-blocking for the programs that share them.
 */
public final class StandardInput {
    private static final ReadingThread THREAD = ReadingThread.borrowing("gyre-standard-input", System.in);

    private static @Nullable ThreadedReader inUse; // guarded by the class

    private StandardInput() {}

    /**
     * Opens {@link System#in}, as it is when this is called for the first time. One reader at a time: close it, or let its loop
     * end, before you open the next.
     *
     * <p><b>Confinement:</b> tasks; the reader belongs to the current loop. <b>Suspends:</b> no. <b>Resources:</b> closing the
     * reader leaves {@code System.in} open. A read that was cancelled leaves a thread waiting in {@code System.in}: what comes
     * next is for the next read of such a reader, and not for who reads {@code System.in} himself.
     *
     * @return the reader; the end of the stream on a terminal is not the end of the next reader
     * @throws BusyException if there is one that is open
     */
    public static ByteReader open() {
        synchronized (StandardInput.class) {
            ThreadedReader before = inUse;
            if (before != null && before.isOpen()) {
                if (!before.opener().loop().isClosed()) {
                    throw new BusyException("the standard input", before.opener(), Async.currentTask());
                }
                before.abort(); // gives back what it has
            }
            THREAD.reopen();
            ThreadedReader reader = new ThreadedReader("the standard input", THREAD);
            inUse = reader;
            return reader;
        }
    }
}
