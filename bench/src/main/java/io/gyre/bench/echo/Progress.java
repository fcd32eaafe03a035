package io.gyre.bench.echo;

import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/** A bar in seconds of the plan. */
final class Progress implements AutoCloseable {
    private static final int UPDATE_MILLIS = 1000;

    private final ProgressBar bar;

    Progress(long totalMillis) {
        this.bar = new ProgressBarBuilder()
                .setTaskName("echo")
                .setUnit(" s", TimeUnit.SECONDS.toMillis(1))
                .setInitialMax(totalMillis)
                .setUpdateIntervalMillis(UPDATE_MILLIS)
                .build();
    }

    void is(String what) {
        bar.setExtraMessage(" " + what);
    }

    void advance(long millis) {
        bar.stepBy(millis);
    }

    @Override
    public void close() {
        bar.close();
    }
}
