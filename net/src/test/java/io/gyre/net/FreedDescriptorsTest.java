package io.gyre.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.LoopFuture;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.LoopTest.Time;
import io.gyre.net.testing.StreamPair;
import org.jspecify.annotations.Nullable;

/** Whoever waits for a descriptor learns of each socket of the loop that is closed. */
final class FreedDescriptorsTest {
    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void closeAndAbortOfASocketTellThoseWhoWait() throws Exception {
        StreamPair<TcpStream> pair = TcpPair.connected();
        FreedDescriptors freed = FreedDescriptors.OF_LOOP.get();
        LoopFuture<@Nullable Void> first = freed.next();
        assertThat(freed.next()).isSameAs(first);
        assertThat(first.isDone()).isFalse();

        pair.left().close();

        assertThat(first.isDone()).isTrue();
        LoopFuture<@Nullable Void> second = freed.next();
        assertThat(second.isDone()).isFalse();
        pair.right().abort();
        assertThat(second.isDone()).isTrue();
        freed.one();
    }
}
