package io.gyre.examples.cli;

import java.io.IOException;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/** A progress bar on standard error. It draws nothing if that is a file or a pipe, where a bar is noise. */
final class ProgressOnTerminal implements AutoCloseable {
    private final @Nullable ProgressBar bar;

    private ProgressOnTerminal(@Nullable ProgressBar bar) {
        this.bar = bar;
    }

    /**
     * Draws an empty bar.
     *
     * @param name its name
     * @param steps how many steps fill it
     */
    static ProgressOnTerminal open(String name, long steps) {
        return new ProgressOnTerminal(
                isTerminal()
                        ? new ProgressBarBuilder()
                                .setTaskName(name)
                                .setInitialMax(steps)
                                .setUpdateIntervalMillis(100)
                                .build()
                        : null);
    }

    void step() {
        if (bar != null) {
            bar.step();
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }

    /** The JDK tells it of standard input and output alone. */
    private static boolean isTerminal() {
        try {
            return new ProcessBuilder("test", "-t", "2").inheritIO().start().waitFor() == 0;
        } catch (IOException noSuchProgram) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
