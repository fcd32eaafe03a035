package io.gyre.loop.testing;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.loop.spi.IdleLoop;
import io.gyre.loop.spi.IdleLoop.Hold;
import io.gyre.loop.spi.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A clock for tests. By default it takes no real time: it stands still while tasks run, and jumps to the next timer when
 * no task can run. With a {@linkplain #setRate rate} it also moves by itself, faster or slower than real time.
 *
 * {@snippet :
 * var clock = VirtualClock.autojump();
 * EventLoop.run(LoopOptions.defaults().withTicker(clock), () -> sleep(Duration.ofDays(1)));
 * assertThat(clock.elapsed()).isEqualTo(Duration.ofDays(1));
 * }
 *
 * <p>It jumps when every task is parked in a call of this library, nothing is ready, no other thread has sent anything,
 * and a timer is pending. It does not jump ahead of outside events that it cannot see. The following waits
 * <em>hold</em> it, and {@link #heldBy()} names them:
 *
 * <ul>
 *   <li>a task parked in a call of the JDK: a lock, {@code Thread.sleep}, {@code Object.wait}, a blocking socket
 *   <li>a task that waits for something outside the loop: an offloaded call, a stage or future of another library, a task
 *       of another loop, an {@link io.gyre.loop.spi.OutsideWait}
 *   <li>a task or callback that waits for a channel's readiness, unless the clock is {@link #autojumpDespiteIo()}
 * </ul>
 *
 * <p>The clock does not see, and is not held by, another thread that is about to use
 * {@link EventLoop#callSoonThreadsafe}, or a virtual thread that a task has started and does not wait for.
 *
 * <p><b>Confinement:</b> loop thread, {@link #nanoTime()}, {@link #elapsed()} and {@link #rate()} any thread. One clock
 * serves one loop.
 *
 * <p><b>Source:</b> trio {@code MockClock}. Differs: the clock knows what holds it; trio waits for a moment of real
 * time instead.
 */
public final class VirtualClock implements Ticker {
    /*
     * Design.
     *
     * The tick calls waitNanos when it has nothing to run. After a tick that has run something, the first answer is
     * "look once more": that poll finds bytes that one task has sent to another. If the next tick finds nothing either,
     * the clock takes one action at a time, each of which makes something ready or due:
     *
     *     tasks in awaitAllTasksParked    are woken
     *     a task in advance               the clock moves to the next timer or the end of the way
     *     nobody holds the clock          it jumps to the next timer
     *
     * With a rate, an idle loop that has none of this to do waits for the real time until the next timer.
     *
     * Reader callbacks hold the clock as tasks do, because their peers are just as invisible.
     */

    private enum Mode {
        AUTOJUMP,
        AUTOJUMP_DESPITE_IO,
        MANUAL
    }

    /** A task in {@link #advance}; also its wait reason. */
    private static final class Advance {
        private final Task<?> task;
        private long targetNanos;
        private boolean toNextTimer;
        private boolean moved;

        Advance(Task<?> task, long targetNanos, boolean toNextTimer) {
            this.task = task;
            this.targetNanos = targetNanos;
            this.toNextTimer = toNextTimer;
        }

        @Override
        public String toString() {
            return toNextTimer
                    ? "the clock to reach the next timer"
                    : "the clock to reach " + Duration.ofNanos(targetNanos);
        }
    }

    /**
     * How the clock moves by itself, from a reading on.
     *
     * @param nanos what the clock showed
     * @param realNanos the real instant of that reading
     * @param rate how many seconds it moves in a real second
     */
    private record Course(long nanos, long realNanos, double rate) {
        long at(long realNow) {
            return rate == 0 ? nanos : saturatedSum(nanos, (long) ((realNow - realNanos) * rate));
        }

        /** {@return the real time that the clock needs, rounded up: a loop that wakes early would look in vain} */
        long realNanosFor(long duration) {
            return rate == 0 || duration == Long.MAX_VALUE ? Long.MAX_VALUE : (long) Math.ceil(duration / rate);
        }
    }

    private final Mode mode;
    private final Ticker real;
    private final ParkedWaiters parkedWaiters = new ParkedWaiters();
    private volatile Course course;
    private @Nullable IdleLoop loop;
    private @Nullable Advance advance;

    private VirtualClock(Mode mode) {
        this(mode, 0, Ticker.system());
    }

    private VirtualClock(Mode mode, double rate, Ticker real) {
        this.mode = mode;
        this.real = real;
        this.course = new Course(0, real.nanoTime(), requireRate(rate));
    }

    /** For tests of the clock itself: the real time is one of theirs. */
    static VirtualClock atRate(double rate, Ticker real) {
        return new VirtualClock(Mode.MANUAL, rate, real);
    }

    /** {@return a clock that jumps by itself} It begins at zero. */
    public static VirtualClock autojump() {
        return new VirtualClock(Mode.AUTOJUMP);
    }

    /**
     * {@return a clock that jumps by itself, also while tasks wait for channels}
     *
     * <p>For loops that talk to themselves over loopback sockets or pipes: the loop finds the bytes that one task has
     * written before the clock jumps. An answer from another thread, process or machine may come after a jump, which
     * can cause a spurious time-out.
     */
    public static VirtualClock autojumpDespiteIo() {
        return new VirtualClock(Mode.AUTOJUMP_DESPITE_IO);
    }

    /** {@return a clock that moves only by {@link #advance}, {@link #advanceToNextTimer} and {@link #setRate}} It begins at zero. */
    public static VirtualClock manual() {
        return new VirtualClock(Mode.MANUAL);
    }

    /**
     * {@return a clock that moves by itself, and by {@link #advance} and {@link #advanceToNextTimer}} It begins at zero.
     *
     * @param rate how many seconds it moves in a real second, zero or more
     * @throws IllegalArgumentException if the rate is negative, infinite or no number
     */
    public static VirtualClock atRate(double rate) {
        return atRate(rate, Ticker.system());
    }

    private static double requireRate(double rate) {
        if (!(rate >= 0) || Double.isInfinite(rate)) {
            throw new IllegalArgumentException(
                    "the rate is " + rate + "; it must be a number of seconds for each real second, zero or more");
        }
        return rate;
    }

    /** {@return how many seconds the clock moves by itself in a real second; zero if it does not} */
    public double rate() {
        return course.rate;
    }

    /**
     * Changes how fast the clock moves by itself. A clock that jumps still does; the rate counts while it is held.
     *
     * <p><b>Suspends:</b> no.
     *
     * <p><b>Source:</b> trio {@code MockClock.rate}.
     *
     * @param rate how many seconds it moves in a real second: 60 makes a second a minute, zero stops it
     * @throws IllegalArgumentException if it is negative, infinite or no number
     */
    public void setRate(double rate) {
        long realNow = real.nanoTime();
        course = new Course(course.at(realNow), realNow, requireRate(rate));
    }

    @Override
    public long nanoTime() {
        Course now = course;
        return now.rate == 0 ? now.nanos : now.at(real.nanoTime());
    }

    /** {@return how far the clock has moved since its creation} */
    public Duration elapsed() {
        return Duration.ofNanos(nanoTime());
    }

    /**
     * Moves the clock forward, from timer to timer: each timer fires at its own instant, and the tasks that it makes
     * ready run until all tasks are parked. Nothing holds the clock during this call.
     *
     * <p><b>Suspends:</b> until all due timers have fired and all other tasks are parked. On a platform thread that
     * drives a loop by hand, between two ticks, it does not suspend: the clock moves at once, and due timers fire in
     * the next tick.
     *
     * <p><b>Cancellation:</b> leaves the clock where it is.
     *
     * @param duration how far; zero only lets ready tasks run
     * @throws IllegalArgumentException if it is negative
     * @throws IllegalStateException if another task is moving the clock
     */
    public void advance(Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException("duration is " + duration + "; time does not run backwards");
        }
        if (Thread.currentThread().isVirtual()) {
            go(new Advance(LowLevel.checkpoint(), later(duration), false));
        } else {
            move(TimeUnit.NANOSECONDS.convert(duration));
        }
    }

    private long later(Duration duration) {
        return saturatedSum(nanoTime(), TimeUnit.NANOSECONDS.convert(duration));
    }

    /** The clock does not overflow: an endless duration leads to its last instant. */
    private static long saturatedSum(long nanos, long way) {
        return way > Long.MAX_VALUE - nanos ? Long.MAX_VALUE : nanos + way;
    }

    /**
     * Lets ready tasks run, moves the clock to the next timer, and lets the tasks run that the timer makes ready.
     *
     * <p><b>Confinement:</b> a task. <b>Suspends:</b> until all other tasks are parked. <b>Cancellation:</b> leaves the
     * clock where it is.
     *
     * @return false if there is no timer
     * @throws IllegalStateException if another task is moving the clock
     */
    public boolean advanceToNextTimer() {
        return go(new Advance(LowLevel.checkpoint(), nanoTime(), true));
    }

    private boolean go(Advance newAdvance) {
        if (EventLoop.current().ticker() != this) {
            throw new IllegalStateException(
                    newAdvance.task + " moves a clock that is not that of " + EventLoop.current());
        }
        if (advance != null) {
            throw new IllegalStateException(advance.task + " is moving this clock; one task at a time can");
        }
        advance = newAdvance;
        LowLevel.park(newAdvance, () -> {
            advance = null;
            return true;
        });
        return newAdvance.moved;
    }

    /**
     * {@return the waits that hold the clock, as text: {@code task 'x', parked in
     * java.util.concurrent.locks.ReentrantLock.lock}; empty if there are none}
     *
     * <p>A running or ready task also keeps the clock from jumping, but is not named.
     */
    public List<String> heldBy() {
        return loop == null
                ? List.of()
                : holds(loop).stream().map(Hold::toString).toList();
    }

    private List<Hold> holds(IdleLoop asked) {
        List<Hold> holds = asked.holds();
        return mode == Mode.AUTOJUMP_DESPITE_IO
                ? holds.stream().filter(hold -> !hold.isReadiness()).toList()
                : holds;
    }

    /** For the loop: moves the clock instead of waiting, if nothing holds it. */
    @Override
    public long waitNanos(long maxWaitNanos, IdleLoop idle) {
        loop = idle;
        long untilTimer = idle.untilTimerNanos();
        if (untilTimer <= 0 || !idle.isSettled()) {
            return 0;
        }
        if (!parkedWaiters.isEmpty()) {
            parkedWaiters.wakeAll();
        } else if (advance != null) {
            goOn(advance, untilTimer);
        } else if (mode != Mode.MANUAL
                && untilTimer != Long.MAX_VALUE
                && holds(idle).isEmpty()) {
            move(untilTimer);
        } else {
            return Math.min(maxWaitNanos, course.realNanosFor(untilTimer));
        }
        return 0;
    }

    private void goOn(Advance present, long untilTimer) {
        if (present.toNextTimer && untilTimer != Long.MAX_VALUE) {
            present.toNextTimer = false;
            present.targetNanos = saturatedSum(nanoTime(), untilTimer);
            present.moved = true;
        }
        // with a rate, the clock may have passed the target by itself
        long left = present.toNextTimer ? 0 : Math.max(0, present.targetNanos - nanoTime());
        if (untilTimer <= left) {
            move(untilTimer);
        } else {
            move(left);
            advance = null;
            LowLevel.unpark(present.task);
        }
    }

    private void move(long byNanos) {
        long realNow = real.nanoTime();
        course = new Course(saturatedSum(course.at(realNow), byNanos), realNow, course.rate);
    }

    ParkedWaiters parkedWaiters() {
        return parkedWaiters;
    }

    @Override
    public String toString() {
        double rate = rate();
        return "VirtualClock[" + elapsed() + (rate == 0 ? "]" : ", rate " + rate + "]");
    }
}
