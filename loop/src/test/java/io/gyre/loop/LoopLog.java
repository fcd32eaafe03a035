package io.gyre.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What the loops of this process log, kept from the console while the test looks at it. */
public final class LoopLog implements AutoCloseable {
    private final List<String> messages = new CopyOnWriteArrayList<>();
    private final List<Throwable> throwables = new CopyOnWriteArrayList<>();
    private final Logger logger = Logger.getLogger("io.gyre.loop");
    private final Handler recorder = new Handler() {
        @Override
        public void publish(LogRecord record) {
            messages.add(record.getMessage());
            if (record.getThrown() != null) {
                throwables.add(record.getThrown());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    /** Begins to record. */
    public LoopLog() {
        logger.addHandler(recorder);
        logger.setUseParentHandlers(false);
    }

    /** Computes, without suspending, until so many messages contain a text. */
    public void computeUntilLogged(String part, int times) {
        long giveUp = System.nanoTime() + HandDrivenLoop.PATIENCE.toNanos();
        while (count(part) < times) {
            assertThat(System.nanoTime() - giveUp)
                    .as("time left to log " + part)
                    .isNegative();
            Thread.onSpinWait();
        }
    }

    /** Forgets what was logged so far. */
    public void clear() {
        messages.clear();
    }

    /** {@return how many messages contain a text} */
    public long count(String part) {
        return messages.stream().filter(message -> message.contains(part)).count();
    }

    /** {@return the first message that contains a text} */
    public String first(String part) {
        return messages.stream()
                .filter(message -> message.contains(part))
                .findFirst()
                .orElseThrow();
    }

    /** {@return the throwables that were logged} */
    public List<Throwable> throwables() {
        return throwables;
    }

    @Override
    public void close() {
        logger.removeHandler(recorder);
        logger.setUseParentHandlers(true);
    }
}
