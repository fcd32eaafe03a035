package io.gyre.loop;

import static io.gyre.loop.Async.offload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gyre.loop.spi.RemoteExecutor;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future.State;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class OffloadedCallsTest {
    @AutoClose
    private final HandDrivenLoop driven = new HandDrivenLoop();

    private final EventLoop loop = driven.loop;
    private final ArrayDeque<Runnable> handedOver = new ArrayDeque<>();
    private final Offloading abandoning = Offloading.on(handedOver::add).withOnCancel(OnCancel.ABANDON);

    private List<OffloadedCall> calls() {
        return driven.call(loop::offloadedCalls);
    }

    @Test
    void callIsListedWithItsCallerAndItsPlaceUntilItEnds() {
        Task<String> caller = driven.start(() -> offload(handedOver::add, () -> "result"));

        assertThat(calls()).singleElement().satisfies(call -> {
            assertThat(call.caller()).isSameAs(caller);
            assertThat(call.offloadedAt()).startsWith(OffloadedCallsTest.class.getName());
            assertThat(call.awaited()).isTrue();
            assertThat(call.thread()).isNull();
            assertThat(call)
                    .hasToString("an offloaded call of " + OffloadedCallsTest.class.getName() + " for " + caller
                            + " (offloaded at " + call.offloadedAt() + ")");
        });

        handedOver.remove().run();
        driven.settle();

        assertThat(calls()).isEmpty();
        assertThat(caller.resultNow()).isEqualTo("result");
    }

    @Test
    void abandonedCallIsListedUntilItEnds() {
        Task<?> caller = driven.start(() -> offload(abandoning, () -> {}));
        caller.cancel("not wanted");
        driven.settle();

        assertThat(caller.isCancelled()).isTrue();
        assertThat(calls()).singleElement().satisfies(call -> {
            assertThat(call.awaited()).isFalse();
            assertThat(call.toString()).endsWith(", which nobody awaits");
        });

        handedOver.remove().run();
        driven.settle();

        assertThat(calls()).isEmpty();
    }

    @Test
    void withdrawnAndRefusedCallsAreNotListed() {
        Task<?> withdrawn =
                driven.start(() -> offload(Offloading.on(handedOver::add).withOnCancel(OnCancel.WAIT), () -> {}));
        withdrawn.cancel("not wanted");
        Task<?> refused = driven.start(() -> assertThatExceptionOfType(RejectedExecutionException.class)
                .isThrownBy(() -> offload(
                        _ -> {
                            throw new RejectedExecutionException("full");
                        },
                        () -> {})));
        driven.settle();

        assertThat(withdrawn.isCancelled()).isTrue();
        assertThat(refused.state()).isEqualTo(State.SUCCESS);
        assertThat(calls()).isEmpty();
    }

    @Test
    void callInAnotherProcessIsListedUntilItsAnswer() {
        var remote = new Remote();
        Task<?> caller = driven.start(() -> offload(remote, () -> "ignored"));

        assertThat(calls()).extracting(OffloadedCall::caller).containsExactly(caller);

        remote.answer.complete(null);
        driven.settle();

        assertThat(calls()).isEmpty();
    }

    @Test
    void threadThatRunsTheCallIsNamed() throws Exception {
        var begun = new CountDownLatch(1);
        var end = new CountDownLatch(1);
        Task<?> caller = driven.start(() -> offload(() -> {
            begun.countDown();
            end.await();
        }));
        begun.await();

        assertThat(calls())
                .singleElement()
                .extracting(OffloadedCall::toString)
                .asString()
                .endsWith(" in hand-driven-offload-1");

        end.countDown();
        driven.runUntil(caller::isDone);
        assertThat(calls()).isEmpty();
    }

    /** Answers when the test wants. */
    private static final class Remote implements RemoteExecutor {
        private final CompletableFuture<@Nullable Object> answer = new CompletableFuture<>();

        @Override
        @SuppressWarnings("unchecked") // the answer is null
        public <T extends @Nullable Object> CompletableFuture<T> submit(Callable<T> call) {
            return (CompletableFuture<T>) answer;
        }

        @Override
        public void execute(Runnable command) {
            throw new UnsupportedOperationException();
        }
    }
}
