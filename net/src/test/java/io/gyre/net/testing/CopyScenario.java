package io.gyre.net.testing;

import static io.gyre.loop.Async.createTask;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.Task;
import io.gyre.net.ByteStream;
import io.gyre.net.Streams;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Passing on from one connection to another, whose other end does not read. */
final class CopyScenario extends CancelScenario {
    private final StreamKind kind;
    private final boolean relays;
    private final List<ByteStream> ends = new ArrayList<>();
    private @Nullable Flood flood;
    private boolean taken;

    CopyScenario(StreamKind kind, boolean relays) {
        this.kind = kind;
        this.relays = relays;
    }

    @Override
    void arrange(Moment moment) throws Exception {
        for (StreamPair<?> pair : List.of(kind.open(), kind.open())) {
            ends.add(pair.left());
            ends.add(pair.right());
        }
        if (moment != Moment.COMPLETING) {
            flood = Flood.into(source());
            taken = moment == Moment.WAITING;
        }
    }

    private ByteStream source() {
        return ends.get(0);
    }

    private ByteStream target() {
        return ends.get(3);
    }

    @Override
    Object call() throws Exception {
        return relays ? Streams.relay(ends.get(1), ends.get(2)) : Streams.copy(ends.get(1), ends.get(2));
    }

    @Override
    void complete() throws Exception {
        target().closeOutput();
        source().closeOutput();
    }

    @Override
    String remains(Task<?> task, Moment moment) throws Exception {
        if (hasReturned(task)) {
            return RETURNS;
        }
        if (flood == null) {
            StreamRules.assertNothingToRead(target());
            return "an end is not passed on: close both";
        }
        int sent = flood.stop();
        Task<?> ending = createTask(() -> {
            source().closeOutput();
            ends.get(2).closeOutput();
        });
        byte[] left = ends.get(1).readAll(StreamRules.PLENTY);
        byte[] passedOn = target().readAll(StreamRules.PLENTY);
        ending.await();
        assertThat(passedOn).isEqualTo(KnownBytes.of(passedOn.length));
        assertThat(left).isEqualTo(KnownBytes.range(sent - left.length, left.length));
        int lost = sent - passedOn.length - left.length;
        if (lost == 0 && passedOn.length == 0) {
            assertThat(taken).isFalse();
            return "nothing is taken";
        }
        assertThat(lost).isPositive();
        return "what was read and not yet written is lost: close both";
    }

    @Override
    void close() {
        ends.forEach(ByteStream::abort);
    }
}
