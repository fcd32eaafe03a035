package io.gyre.net.testing;

import static io.gyre.loop.Async.createTask;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.Task;
import io.gyre.net.ByteWriter;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A call that writes a buffer, of which the peer has taken a part while it waits. */
final class WriteScenario extends StreamScenario {
    private static final int BIG = 16 << 20;
    private static final int SMALL = 10;

    /** What {@code writeBuffered} collects before it waits. */
    private static final int HIGH_WATERMARK = 64 * 1024;

    /** The call. */
    interface Writing {
        void write(ByteWriter writer, ByteBuffer buffer) throws IOException;
    }

    private final Writing writing;
    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private int before;

    WriteScenario(StreamKind kind, Writing writing) {
        super(kind);
        this.writing = writing;
    }

    @Override
    void arrange(Moment moment) throws Exception {
        super.arrange(moment);
        boolean isLast = moment == Moment.COMPLETING;
        if (isLast) {
            before = Flood.into(left()).stop();
            left().writeBuffered(KnownBytes.range(before, HIGH_WATERMARK));
            before += HIGH_WATERMARK;
        }
        buffer = ByteBuffer.wrap(KnownBytes.range(before, isLast ? SMALL : BIG));
    }

    @Override
    Object call() throws Exception {
        writing.write(left(), buffer);
        return this;
    }

    @Override
    void complete() throws Exception {
        assertThat(right().readExactly(before)).isEqualTo(KnownBytes.of(before));
    }

    @Override
    String remains(Task<?> task, Moment moment) throws Exception {
        Task<?> ending = createTask(() -> left().closeOutput());
        byte[] rest = right().readAll(StreamRules.PLENTY);
        ending.await();
        assertThat(rest).isEqualTo(KnownBytes.range(before, buffer.position()));
        if (hasReturned(task)) {
            assertThat(buffer.hasRemaining()).isFalse();
            return RETURNS;
        }
        return buffer.position() == 0
                ? "nothing is sent"
                : "the buffer's position says how much is on its way, and the stream can be used";
    }
}
