package io.gyre.net.os;

import io.gyre.loop.Async;
import io.gyre.loop.BusyException;
import io.gyre.loop.Task;
import io.gyre.net.ByteReader;
import org.jspecify.annotations.Nullable;

/**
 * The standard input of this process.
 *
 * {@snippet :
 * try (ByteReader input = StandardInput.open()) {
 *     for (var line = input.readLine(1000); line.isPresent(); line = input.readLine(1000)) {
 *         answer(line.get());
 *     }
 * }
 * }
 *
 * <p>A daemon thread reads it, which never keeps the process alive, and only when a task wants to read. Bytes received
 * but not delivered when a reader is closed, such as part of a line, go to the next reader.
 *
 * <p><b>Source:</b> asyncio {@code connect_read_pipe(..., sys.stdin)}. Differs: works for terminals, files and pipes
 * alike, without making them non-blocking for the programs that share them.
 */
public final class StandardInput {
    private static final ReadingThread THREAD = ReadingThread.borrowing("gyre-standard-input", System.in);

    private static @Nullable ThreadedReader inUse; // guarded by the class

    private StandardInput() {}

    /**
     * Opens {@link System#in}, as it is at the first call. One reader at a time: close it, or let its loop end, before
     * opening the next.
     *
     * <p><b>Confinement:</b> tasks; the reader belongs to the current loop. <b>Suspends:</b> no. <b>Resources:</b>
     * closing the reader leaves {@code System.in} open. A cancelled read leaves a thread waiting in {@code System.in}:
     * the next bytes go to the next read of such a reader, not to code that reads {@code System.in} directly.
     *
     * @return the reader; the end of the stream on a terminal does not end the next reader
     * @throws BusyException if another reader is open
     */
    public static ByteReader open() {
        Task<?> opener = Async.currentTask();
        synchronized (StandardInput.class) {
            ThreadedReader before = inUse;
            if (before != null && before.isOpen()) {
                if (!before.opener().loop().isClosed()) {
                    throw new BusyException("the standard input", before.opener(), opener);
                }
                before.abort(); // gives back its undelivered bytes
            }
            THREAD.reopen();
            ThreadedReader reader = new ThreadedReader("the standard input", THREAD);
            inUse = reader;
            return reader;
        }
    }
}
