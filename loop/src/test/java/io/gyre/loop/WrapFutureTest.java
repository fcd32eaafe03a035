package io.gyre.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future.State;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class WrapFutureTest {
    @AutoClose
    private final HandDrivenLoop driven = new HandDrivenLoop();

    private final CompletableFuture<String> source = new CompletableFuture<>();
    private final LoopFuture<String> wrapped = driven.call(() -> Async.wrapFuture(source));

    @Test
    void valueArrivesOnTheLoop() throws Exception {
        OtherThread.call(() -> source.complete("value")).get();
        assertThat(wrapped.isDone()).isFalse();

        driven.settle();

        assertThat(wrapped.resultNow()).isEqualTo("value");
    }

    @Test
    void failureArrives() {
        source.completeExceptionally(new IllegalStateException("boom"));

        driven.settle();

        assertThat(wrapped.exceptionNow()).hasMessage("boom");
    }

    @Test
    void cancelReachesTheSource() {
        wrapped.cancel(true);

        driven.settle();

        assertThat(source.isCancelled()).isTrue();
        assertThat(wrapped.state()).isEqualTo(State.CANCELLED);
    }
}
