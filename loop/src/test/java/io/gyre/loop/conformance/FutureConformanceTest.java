package io.gyre.loop.conformance;

import static io.gyre.loop.Durations.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.gyre.loop.Async;
import io.gyre.loop.Handle;
import io.gyre.loop.LoopFuture;
import io.gyre.loop.OtherThread;
import io.gyre.loop.Task;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future.State;
import org.junit.jupiter.api.Test;

/** {@code asyncio.Future}. */
class FutureConformanceTest extends ConformanceCase {
    private final LoopFuture<String> future = loop.createFuture();

    /** test_futures.BaseFutureTests.test_initial_state */
    @Test
    void newFutureIsNeitherDoneNorCancelled() {
        assertThat(future.isDone()).isFalse();
        assertThat(future.isCancelled()).isFalse();
        assertThat(future.state()).isEqualTo(State.RUNNING);
    }

    /** test_futures.BaseFutureTests.test_result: asked too early it raises InvalidStateError. */
    @Test
    void resultOfANewFutureIsAnError() {
        assertThatIllegalStateException().isThrownBy(future::resultNow);
        assertThatIllegalStateException().isThrownBy(future::exceptionNow);
    }

    /** test_futures.BaseFutureTests.test_result */
    @Test
    void resultThatIsSetIsThere() {
        future.setResult("value");

        assertThat(future.isDone()).isTrue();
        assertThat(future.resultNow()).isEqualTo("value");
        assertThat(future.state()).isEqualTo(State.SUCCESS);
    }

    /** test_futures.BaseFutureTests.test_result: a second result raises InvalidStateError. */
    @Test
    void futureIsSetOnce() {
        future.setResult("value");

        assertThatIllegalStateException().isThrownBy(() -> future.setResult("other"));
        assertThatIllegalStateException().isThrownBy(() -> future.setException(boom));
        assertThat(future.resultNow()).isEqualTo("value");
    }

    /** test_futures.BaseFutureTests.test_exception */
    @Test
    void exceptionThatIsSetIsThere() {
        future.setException(boom);

        assertThat(future.exceptionNow()).isSameAs(boom);
        assertThat(future.state()).isEqualTo(State.FAILED);
        assertThat(future.isCancelled()).isFalse();
        assertThatIllegalStateException().isThrownBy(future::resultNow);
    }

    /** test_futures.BaseFutureTests.test_cancel */
    @Test
    void cancelledFutureIsDone() {
        assertThat(future.cancel(true)).isTrue();

        assertThat(future.isCancelled()).isTrue();
        assertThat(future.isDone()).isTrue();
        assertThatIllegalStateException().isThrownBy(future::resultNow);
        assertThatIllegalStateException().isThrownBy(() -> future.setResult("late"));
        assertThatIllegalStateException().isThrownBy(() -> future.setException(boom));
    }

    /** asyncio.Future.cancel: returns False if the future is done. */
    @Test
    void cancelOfADoneFutureIsRefused() {
        future.setResult("value");

        assertThat(future.cancel(true)).isFalse();
        assertThat(future.isCancelled()).isFalse();
    }

    /** test_futures.BaseFutureTests.test_cancel: the second cancel returns False. */
    @Test
    void cancelTwiceIsRefused() {
        future.cancel(true);

        assertThat(future.cancel(true)).isFalse();
    }

    /** asyncio.Future: awaiting it waits for its result. */
    @Test
    void awaitWaitsForTheResult() {
        Task<String> task = driven.start(() -> future.await());
        assertThat(task.isDone()).isFalse();

        future.setResult("value");
        driven.settle();

        assertThat(task.resultNow()).isEqualTo("value");
    }

    /** asyncio.Future: awaiting it raises its exception. */
    @Test
    void awaitThrowsTheException() {
        Task<?> task = driven.start(() -> assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(future::await)
                .withCause(boom));

        future.setException(boom);
        driven.settle();

        assertThat(task.isDone()).isTrue();
    }

    /** asyncio.Future: several tasks may await one, and go on in the order of their arrival. */
    @Test
    void severalTasksMayAwaitOne() {
        for (String name : new String[] {"a", "b", "c"}) {
            driven.start(() -> {
                log.add(name + future.await());
            });
        }

        future.setResult("!");
        driven.settle();

        assertLog("a!", "b!", "c!");
    }

    /** asyncio.Future: awaiting a done future does not suspend. */
    @Test
    void awaitOfADoneFutureDoesNotSuspend() {
        future.setResult("value");
        task(() -> note(future.await()));
        loop.callSoon(() -> log.add("behind"));

        driven.tick();

        assertLog("value", "behind");
    }

    /** test_futures.BaseFutureDoneCallbackTests.test_callbacks_invoked_on_set_result */
    @Test
    void doneCallbacksRunInOrderWithTheFuture() {
        future.whenDone(done -> log.add("first " + done.resultNow()));
        future.whenDone(done -> log.add("second " + done.resultNow()));

        future.setResult("value");
        assertLog();
        driven.tick();

        assertLog("first value", "second value");
    }

    /** test_futures.BaseFutureDoneCallbackTests.test_callbacks_invoked_on_set_exception */
    @Test
    void doneCallbacksRunOnAnException() {
        future.whenDone(done -> log.add(done.exceptionNow().getMessage()));

        future.setException(boom);
        driven.tick();

        assertLog("boom");
    }

    /** asyncio.Future.add_done_callback: also on cancellation. */
    @Test
    void doneCallbacksRunOnACancellation() {
        future.whenDone(done -> log.add("cancelled " + done.isCancelled()));

        future.cancel(true);
        driven.tick();

        assertLog("cancelled true");
    }

    /** asyncio.Future.add_done_callback: on a done future the callback is scheduled with call_soon. */
    @Test
    void doneCallbackOfADoneFutureIsScheduled() {
        future.setResult("value");

        future.whenDone(done -> log.add("called"));
        assertLog();
        driven.tick();

        assertLog("called");
    }

    /** test_futures.BaseFutureDoneCallbackTests.test_remove_done_callback */
    @Test
    void doneCallbackCanBeRemoved() {
        Handle removed = future.whenDone(done -> log.add("never"));
        future.whenDone(done -> log.add("stays"));

        removed.cancel();
        future.setResult("value");
        driven.tick();

        assertLog("stays");
    }

    /** test_futures.BaseFutureDoneCallbackTests.test_remove_done_callbacks_list_mutation: one removes another. */
    @Test
    void doneCallbackMayRemoveTheNextOne() {
        Handle[] second = new Handle[1];
        future.whenDone(done -> second[0].cancel());
        second[0] = future.whenDone(done -> log.add("never"));

        future.setResult("value");
        driven.tick();

        assertLog();
    }

    /** test_futures.BaseFutureDoneCallbackTests.test_schedule_callbacks_list_mutation: one adds another. */
    @Test
    void doneCallbackMayAddAnother() {
        future.whenDone(done -> future.whenDone(again -> log.add("added")));

        future.setResult("value");
        driven.settle();

        assertLog("added");
    }

    /** loop.call_exception_handler: a done callback that raises is reported, and the next one runs. */
    @Test
    void failingDoneCallbackIsReported() {
        future.whenDone(done -> {
            throw boom;
        });
        future.whenDone(done -> log.add("next"));

        future.setResult("value");
        driven.tick();

        assertLog("next");
        assertThat(driven.takeFailures()).hasSize(1);
    }

    /** test_futures.BaseFutureTests.test_wrap_future: a future of another library is awaited by its loop future. */
    @Test
    void stageOfAnotherLibraryCanBeAwaited() {
        var stage = new CompletableFuture<String>();
        Task<String> task = driven.start(() -> Async.await(stage));

        OtherThread.run(() -> stage.complete("from outside"));
        driven.runUntil(task::isDone);

        assertThat(task.resultNow()).isEqualTo("from outside");
    }

    /** asyncio.wrap_future: the exception of the wrapped future. */
    @Test
    void failureOfAStageIsItsCause() {
        driven.run(() -> assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(() -> Async.await(CompletableFuture.failedFuture(boom)))
                .withCause(boom));
    }

    /** concurrent.futures.Future.result, from another thread. */
    @Test
    void otherThreadMayGetTheResult() {
        var other = OtherThread.call(() -> future.get());
        loop.callLater(seconds(1), () -> future.setResult("value"));

        driven.ticker.advance(seconds(1));
        driven.runUntil(other::isDone);

        assertThat(other).succeedsWithin(seconds(8)).isEqualTo("value");
    }

    /** concurrent.futures.Future.result: raises the exception, or CancelledError. */
    @Test
    void otherThreadGetsTheException() throws Exception {
        LoopFuture<String> cancelled = loop.createFuture();
        future.setException(boom);
        cancelled.cancel(true);

        OtherThread.run(() -> {
                    assertThatExceptionOfType(ExecutionException.class)
                            .isThrownBy(future::get)
                            .withCause(boom);
                    assertThatExceptionOfType(CancellationException.class).isThrownBy(cancelled::get);
                })
                .get();
    }

    /** asyncio.Future is not thread-safe: setting it from another thread is an error, not a race. */
    @Test
    void futureIsSetOnTheLoopOnly() throws Exception {
        OtherThread.run(() -> assertThatExceptionOfType(WrongThreadException.class)
                        .isThrownBy(() -> future.setResult("from outside")))
                .get();

        assertThat(future.isDone()).isFalse();
    }
}
