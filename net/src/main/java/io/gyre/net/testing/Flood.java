package io.gyre.net.testing;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;

import io.gyre.loop.Task;
import io.gyre.net.ByteWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A task that writes {@link KnownBytes} until the peer accepts no more, to test what happens then. */
final class Flood {
    private static final int PIECE_BYTES = 64 * 1024;

    /** More than any system buffers for one connection; a stream that accepts it all applies no back-pressure. */
    static final int LIMIT_BYTES = 64 << 20;

    private final ByteWriter writer;
    private final Task<?> task;
    private ByteBuffer piece = ByteBuffer.allocate(0);
    private long begun;

    private Flood(ByteWriter writer) {
        this.writer = writer;
        this.task = createTask("flood", this::write);
        this.task.whenDone(done -> {}); // the rule checks how it ends
    }

    /** {@return a flood that has stalled} Suspends. */
    static Flood into(ByteWriter writer) {
        var flood = new Flood(writer);
        awaitAllTasksParked();
        return flood;
    }

    private @Nullable Void write() throws IOException {
        while (begun < LIMIT_BYTES) {
            piece = ByteBuffer.wrap(KnownBytes.range(begun, PIECE_BYTES));
            begun += PIECE_BYTES;
            writer.write(piece);
        }
        return null;
    }

    Task<?> task() {
        return task;
    }

    /** {@return how many bytes the stream has accepted} */
    int sent() {
        return Math.toIntExact(begun - piece.remaining());
    }

    /** Stops it where it is. Suspends. */
    int stop() {
        task.cancelAndJoin("the flood is over");
        return sent();
    }
}
