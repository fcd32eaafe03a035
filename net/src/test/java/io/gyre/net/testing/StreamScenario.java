package io.gyre.net.testing;

import io.gyre.net.ByteStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A call of a stream, {@code left} or {@code right}. */
abstract class StreamScenario extends CancelScenario {
    private final StreamKind kind;
    private @Nullable StreamPair<? extends ByteStream> pair;

    StreamScenario(StreamKind kind) {
        this.kind = kind;
    }

    @Override
    void arrange(Moment moment) throws Exception {
        pair = kind.open();
    }

    final ByteStream left() {
        return Objects.requireNonNull(pair).left();
    }

    final ByteStream right() {
        return Objects.requireNonNull(pair).right();
    }

    @Override
    void close() throws Exception {
        left().abort();
        right().abort();
    }
}
