package io.gyre.net.testing;

import static io.gyre.loop.Async.createTask;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.Task;
import io.gyre.net.ByteStream;
import java.io.IOException;

/** A call that sends what was buffered, to a peer that does not read. */
final class FlushScenario extends StreamScenario {
    private static final int BUFFERED = 1000;

    /** The call. */
    interface Flushing {
        void flush(ByteStream stream) throws IOException;
    }

    private final Flushing flushing;
    private final boolean ends;
    private int sent;

    FlushScenario(StreamKind kind, boolean ends, Flushing flushing) {
        super(kind);
        this.ends = ends;
        this.flushing = flushing;
    }

    @Override
    void arrange(Moment moment) throws Exception {
        super.arrange(moment);
        int before = Flood.into(left()).stop();
        left().writeBuffered(KnownBytes.range(before, BUFFERED));
        sent = before + BUFFERED;
    }

    @Override
    Object call() throws Exception {
        flushing.flush(left());
        return this;
    }

    @Override
    void complete() throws Exception {
        StreamRules.assertKnown(right(), sent);
        sent = 0;
    }

    @Override
    String remains(Task<?> task, Moment moment) throws Exception {
        StreamRules.assertKnown(right(), sent);
        if (hasReturned(task)) {
            return RETURNS;
        }
        StreamRules.assertNothingToRead(right()); // not even the end
        Task<?> later = createTask(() -> {
            left().write(new byte[] {7});
            left().closeOutput();
        });
        assertThat(right().readAll(1)).containsExactly(7);
        later.await();
        return "what is left is sent later" + (ends ? ", and the output stays open" : "");
    }
}
