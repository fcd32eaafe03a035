package io.gyre.bench.options;

import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/** A bar in seconds of the plan. */
public final class Progress implements AutoCloseable {
    private static final int UPDATE_MILLIS = 1000;

    private final ProgressBar bar;

    /** Shows the bar of a run that is going to take so long. */
    public Progress(String name, long totalMillis) {
        this.bar = new ProgressBarBuilder()
                .setTaskName(name)
                .setUnit(" s", TimeUnit.SECONDS.toMillis(1))
                .setInitialMax(totalMillis)
                .setUpdateIntervalMillis(UPDATE_MILLIS)
                .build();
    }

    /** Shows what is being done. */
    public void is(String what) {
        bar.setExtraMessage(" " + what);
    }

    /** Moves on by what was planned for something that is done. */
    public void advance(long millis) {
        bar.stepBy(millis);
    }

    @Override
    public void close() {
        bar.close();
    }
}
