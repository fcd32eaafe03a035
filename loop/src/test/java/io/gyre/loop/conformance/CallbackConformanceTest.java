package io.gyre.loop.conformance;

import static io.gyre.loop.Durations.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gyre.loop.Handle;
import io.gyre.loop.LoopClosedException;
import io.gyre.loop.OtherThread;
import io.gyre.loop.TimerHandle;
import io.gyre.loop.spi.Failure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code call_soon}, {@code call_later}, {@code call_at} and {@code call_soon_threadsafe}. */
class CallbackConformanceTest extends ConformanceCase {
    /** loop.call_soon: callbacks are called in the order in which they are registered. */
    @Test
    void callSoonKeepsTheOrder() {
        for (String name : List.of("a", "b", "c")) {
            loop.callSoon(() -> log.add(name));
        }

        driven.tick();

        assertLog("a", "b", "c");
    }

    /** loop.call_soon: each callback will be called exactly once. */
    @Test
    void callSoonCallsOnce() {
        loop.callSoon(() -> log.add("once"));

        driven.settle();

        assertLog("once");
    }

    /** test_base_events.BaseEventLoopTests.test_call_soon */
    @Test
    void callSoonReturnsAHandleThatIsNotCancelled() {
        Handle handle = loop.callSoon(() -> {});

        assertThat(handle.isCancelled()).isFalse();
    }

    /** loop.call_soon: called at the next iteration of the event loop, not in the present one. */
    @Test
    void callSoonInACallbackRunsInTheNextTick() {
        loop.callSoon(() -> {
            log.add("first");
            loop.callSoon(() -> log.add("second"));
        });

        driven.tick();
        assertLog("first");
        driven.tick();

        assertLog("first", "second");
    }

    /** asyncio.Handle.cancel: a callback that has been cancelled has no effect. */
    @Test
    void cancelledHandleDoesNotRun() {
        Handle handle = loop.callSoon(() -> log.add("never"));

        handle.cancel();
        driven.settle();

        assertThat(handle.isCancelled()).isTrue();
        assertLog();
    }

    /** test_events.HandleTests.test_handle: cancel twice is cancel once. */
    @Test
    void handleMayBeCancelledTwice() {
        Handle handle = loop.callSoon(() -> log.add("never"));

        handle.cancel();
        handle.cancel();
        driven.settle();

        assertThat(handle.isCancelled()).isTrue();
    }

    /** asyncio.Handle.cancel, called by a callback that runs before in the same iteration. */
    @Test
    void handleMayBeCancelledByACallbackOfTheSameTick() {
        Handle[] second = new Handle[1];
        loop.callSoon(() -> second[0].cancel());
        second[0] = loop.callSoon(() -> log.add("never"));

        driven.settle();

        assertLog();
    }

    /** test_base_events.BaseEventLoopTests.test_call_later: no earlier than the delay. */
    @Test
    void callLaterWaitsForItsDelay() {
        loop.callLater(seconds(2), () -> log.add("later"));

        pass(1);
        assertLog();
        pass(1);

        assertLog("later");
    }

    /** test_base_events.BaseEventLoopTests.test_call_later_negative_delays */
    @Test
    void callLaterWithoutADelayRunsInTheNextTickInOrder() {
        loop.callLater(seconds(-1), () -> log.add("a"));
        loop.callLater(seconds(-2), () -> log.add("b"));
        loop.callLater(Duration.ZERO, () -> log.add("c"));

        driven.tick();

        assertLog("a", "b", "c");
    }

    /** test_base_events.BaseEventLoopTests.test_call_at */
    @Test
    void callAtTakesAnInstantOfTheLoop() {
        long when = loop.time() + seconds(1).toNanos();
        TimerHandle handle = loop.callAt(when, () -> log.add("at"));
        assertThat(handle.deadlineNanos()).isEqualTo(when);

        pass(1);

        assertLog("at");
    }

    /** test_events.TimerTests.test_when */
    @Test
    void timerHandleKnowsItsInstant() {
        TimerHandle handle = loop.callLater(seconds(3), () -> {});

        assertThat(handle.deadlineNanos() - loop.time()).isEqualTo(seconds(3).toNanos());
        handle.cancel();
    }

    /** loop.call_later: timers run in the order of their instants. */
    @Test
    void timersRunInOrderOfTheirInstants() {
        loop.callLater(seconds(3), () -> log.add("3"));
        loop.callLater(seconds(1), () -> log.add("1"));
        loop.callLater(seconds(2), () -> log.add("2"));

        driven.advance(seconds(3));

        assertLog("1", "2", "3");
    }

    /** test_base_events.BaseEventLoopTests.test__run_once_cancelled_event_cleanup */
    @Test
    void cancelledTimerIsForgotten() {
        TimerHandle handle = loop.callLater(seconds(1), () -> log.add("never"));

        handle.cancel();
        pass(1);

        assertThat(handle.isCancelled()).isTrue();
        assertThat(loop.statistics().timers()).isZero();
        assertLog();
    }

    /** test_base_events.BaseEventLoopTests.test__run_once_cancelled_event_cleanup, in bulk. */
    @Test
    void manyCancelledTimersLeaveTheOthersInPlace() {
        var handles = new ArrayList<TimerHandle>();
        for (int i = 0; i < 200; i++) {
            handles.add(loop.callLater(seconds(2), () -> log.add("cancelled")));
        }
        loop.callLater(seconds(1), () -> log.add("alive"));

        handles.forEach(Handle::cancel);
        pass(2);

        assertLog("alive");
    }

    /** test_base_events.BaseEventLoopTests.test__run_once: due timers run behind what was ready before. */
    @Test
    void dueTimersRunBehindWhatIsReady() {
        loop.callLater(seconds(1), () -> log.add("timer"));
        loop.callSoon(() -> log.add("ready"));

        driven.ticker.advance(seconds(1));
        driven.tick();

        assertLog("ready", "timer");
    }

    /** test_base_events.BaseEventLoopTests.test__run_once_schedule_handle: a timer callback may schedule more. */
    @Test
    void timerMaySetATimer() {
        loop.callLater(seconds(1), () -> {
            log.add("first");
            loop.callLater(seconds(1), () -> log.add("second"));
        });

        pass(1);
        assertLog("first");
        pass(1);

        assertLog("first", "second");
    }

    /** asyncio.TimerHandle.cancel, by a timer that is due at the same time. */
    @Test
    void dueTimerMayStillBeCancelled() {
        TimerHandle[] second = new TimerHandle[1];
        loop.callLater(seconds(1), () -> second[0].cancel());
        second[0] = loop.callLater(seconds(1), () -> log.add("never"));

        pass(1);

        assertLog();
    }

    /** test_events.EventLoopTestsMixin.test_call_soon_threadsafe */
    @Test
    void callSoonThreadsafeRunsOnTheLoop() {
        var other = OtherThread.run(() -> loop.callSoonThreadsafe(() -> log.add("in loop " + loop.inLoop())));

        driven.runUntil(() -> !log.isEmpty());

        assertThat(other).succeedsWithin(seconds(8));
        assertLog("in loop true");
    }

    /** test_events.EventLoopTestsMixin.test_call_soon_threadsafe_same_thread */
    @Test
    void callSoonThreadsafeWorksOnTheLoopToo() {
        loop.callSoonThreadsafe(() -> log.add("threadsafe"));

        driven.settle();

        assertLog("threadsafe");
    }

    /** loop.call_soon_threadsafe: the callbacks of one thread keep their order. */
    @Test
    void callSoonThreadsafeKeepsTheOrderOfAThread() throws Exception {
        OtherThread.run(() -> {
                    for (int i = 0; i < 100; i++) {
                        String name = Integer.toString(i);
                        loop.callSoonThreadsafe(() -> log.add(name));
                    }
                })
                .get();

        driven.settle();

        assertThat(log).hasSize(100).isSortedAccordingTo(Comparator.comparingInt(Integer::parseInt));
    }

    /** test_events.EventLoopTestsMixin.test_call_soon_threadsafe_handle_block_check_cancelled: cancelled on the loop. */
    @Test
    void threadsafeHandleCanBeCancelledOnTheLoop() throws Exception {
        Handle handle = OtherThread.call(() -> loop.callSoonThreadsafe(() -> log.add("never")))
                .get();

        handle.cancel();
        driven.settle();

        assertLog();
    }

    /** test_base_events.BaseEventLoopTests.test_call_soon_threadsafe on a closed loop raises RuntimeError. */
    @Test
    void callSoonThreadsafeOnAClosedLoopIsRefused() {
        loop.close();

        assertThatExceptionOfType(LoopClosedException.class).isThrownBy(() -> loop.callSoonThreadsafe(() -> {}));
    }

    /** test_base_events.BaseEventLoopTests.test_call_soon on a closed loop raises RuntimeError. */
    @Test
    void callSoonOnAClosedLoopIsRefused() {
        loop.close();

        assertThatExceptionOfType(LoopClosedException.class).isThrownBy(() -> loop.callSoon(() -> {}));
        assertThatExceptionOfType(LoopClosedException.class).isThrownBy(() -> loop.callLater(seconds(1), () -> {}));
        assertThatExceptionOfType(LoopClosedException.class).isThrownBy(() -> loop.callAt(0, () -> {}));
    }

    /** test_base_events.BaseEventLoopWithSelectorTests.test_default_exc_handler_callback: the loop goes on. */
    @Test
    void failingCallbackGoesToTheHandlerAndTheLoopGoesOn() {
        loop.callSoon(() -> {
            throw boom;
        });
        loop.callSoon(() -> log.add("next"));

        driven.tick();

        assertLog("next");
        assertThat(driven.takeFailures()).extracting(Failure::exception).containsExactly(boom);
    }

    /** test_base_events: a timer callback that fails goes to the exception handler. */
    @Test
    void failingTimerGoesToTheHandler() {
        loop.callLater(seconds(1), () -> {
            throw boom;
        });

        pass(1);

        assertThat(driven.takeFailures()).extracting(Failure::exception).containsExactly(boom);
    }

    /** loop.time: a monotonic clock, which timers share. */
    @Test
    void timeIsThatOfTheTimers() {
        long before = loop.time();
        loop.callLater(seconds(1), () -> log.add(Long.toString(loop.time() - before)));

        pass(1);

        assertLog(Long.toString(seconds(1).toNanos()));
    }

    /** asyncio's one FIFO: callbacks and steps of tasks share the ready queue. */
    @Test
    void callbacksAndTasksShareOneQueue() {
        loop.callSoon(() -> log.add("callback 1"));
        task(() -> note("task"));
        loop.callSoon(() -> log.add("callback 2"));

        driven.tick();

        assertLog("callback 1", "task", "callback 2");
    }
}
