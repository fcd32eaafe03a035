package io.gyre.bench.servers;

import io.gyre.loop.EventLoop;
import io.gyre.loop.Interval;
import io.gyre.loop.Interval.MissedTicks;
import java.time.Duration;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/** A task that ticks each millisecond beside a server on its loop, and how late it is. */
public final class Ticks {
    /** Makes those of Gyre's servers tick that the benchmark asks. */
    public static final String JVM_OPTION = "-Dio.gyre.bench.ticks=true";

    private static final boolean WANTED = Boolean.getBoolean("io.gyre.bench.ticks");
    private static final Duration PERIOD = Duration.ofMillis(1);
    private static final int DIGITS = 3;
    private static final double P999 = 99.9;

    /** The loop writes, and the thread that answers the benchmark reads. */
    private static final Recorder LATENESS = new Recorder(DIGITS);

    private Ticks() {}

    static boolean areWanted() {
        return WANTED;
    }

    /** Ticks for ever. A tick that was missed counts with all of its lateness. */
    static void run() {
        EventLoop loop = EventLoop.current();
        Interval interval = Interval.of(PERIOD, MissedTicks.BURST);
        for (; ; ) {
            long due = interval.await();
            LATENESS.recordValue(Math.max(0, loop.time() - due));
        }
    }

    /** {@return what 999 of a thousand ticks since the last call did not exceed, and the worst, in nanoseconds} */
    static String latest() {
        Histogram latest = LATENESS.getIntervalHistogram();
        return latest.getValueAtPercentile(P999) + " " + latest.getMaxValue();
    }
}
