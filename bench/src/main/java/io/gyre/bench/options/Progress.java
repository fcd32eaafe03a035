package io.gyre.bench.options;

import java.io.Console;
import java.util.Optional;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/** How far a run is: a bar on a terminal, which also says how long it is going to take; elsewhere a line for each tenth. */
public final class Progress implements AutoCloseable {
    private static final int UPDATE_MILLIS = 1000;
    private static final int TENTHS = 10;
    private static final int PERCENT_PER_TENTH = 10;

    private final String name;
    private final long total;
    private final @Nullable ProgressBar bar;
    private long done;

    public Progress(String name, long total) {
        this.name = name;
        this.total = total;
        this.bar = isTerminal()
                ? new ProgressBarBuilder()
                        .setTaskName(name)
                        .setInitialMax(total)
                        .setUpdateIntervalMillis(UPDATE_MILLIS)
                        .build()
                : null;
    }

    private static boolean isTerminal() {
        return Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    }

    public void is(String what) {
        if (bar != null) {
            bar.setExtraMessage(" " + what);
        }
    }

    public void advance() {
        done++;
        if (bar != null) {
            bar.step();
        } else if (done * TENTHS / total > (done - 1) * TENTHS / total) {
            System.err.printf("%s: %d %%%n", name, done * TENTHS / total * PERCENT_PER_TENTH);
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
