package io.gyre.net.testing;

import static io.gyre.loop.Async.createTask;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.EventLoop;
import io.gyre.loop.Task;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Closing with something left to be sent, to a peer that does not read at first, and may or may not later. */
final class CloseScenario extends StreamScenario {
    private final boolean peerReads;
    private int sent;
    private long cancelledAt;
    private @Nullable Task<byte[]> peer;

    CloseScenario(StreamKind kind, boolean peerReads) {
        super(kind);
        this.peerReads = peerReads;
    }

    @Override
    void arrange(Moment moment) throws Exception {
        super.arrange(moment);
        int before = Flood.into(left()).stop();
        left().writeBuffered(KnownBytes.range(before, 1000));
        sent = before + 1000;
    }

    @Override
    Object call() throws Exception {
        left().close();
        return this;
    }

    @Override
    void complete() throws Exception {
        if (peerReads) {
            assertThat(right().readExactly(sent)).isEqualTo(KnownBytes.of(sent));
        } else {
            right().abort();
        }
    }

    @Override
    void behindTheCancellation(Moment moment) {
        cancelledAt = EventLoop.current().time();
        if (peerReads && moment != Moment.COMPLETING) {
            peer = createTask(() -> right().readAll(StreamRules.PLENTY));
        }
    }

    @Override
    String remains(Task<?> task, Moment moment) throws Exception {
        assertThat(left().isOpen()).isFalse();
        if (!peerReads) {
            requireCancelled(task);
            Duration tried = Duration.ofNanos(EventLoop.current().time() - cancelledAt);
            assertThat(right().readAll(StreamRules.PLENTY)).isEqualTo(KnownBytes.of(sent - 1000));
            return "it closes when it has tried for " + tried.toSeconds() + " s to send what is left";
        }
        if (moment == Moment.COMPLETING) {
            assertThat(hasReturned(task)).isTrue();
            return RETURNS;
        }
        byte[] received = Objects.requireNonNull(peer).await();
        assertThat(received).isEqualTo(KnownBytes.of(sent));
        return "it sends what is left, and closes";
    }
}
