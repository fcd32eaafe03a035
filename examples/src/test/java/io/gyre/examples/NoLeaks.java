package io.gyre.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetector.Level;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails if the tests of a class lose a buffer of Netty's without releasing it. For {@link ExtendWith}.
 *
 * <p>Netty tells of a lost buffer in its log, some time after the garbage collector has found it. So this loses one itself, and waits
 * until that one is told: by then all others are, and it is certain that Netty looks for them.
 */
public final class NoLeaks implements BeforeAllCallback, AfterAllCallback {
    private static final Logger LOG = Logger.getLogger(ResourceLeakDetector.class.getName());
    private static final int MAX_COLLECTIONS = 100;

    private final Reports reports = new Reports();
    private Level before = ResourceLeakDetector.getLevel();

    /** What Netty logs. */
    private static final class Reports extends Handler {
        private final Queue<String> texts = new ConcurrentLinkedQueue<>();

        @Override
        public void publish(LogRecord told) {
            texts.add(told.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        before = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(Level.PARANOID);
        LOG.addHandler(reports);
        LOG.setUseParentHandlers(false);
        awaitReports(); // of what earlier tests have lost
        reports.texts.clear();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        try {
            String own = awaitReports();
            assertThat(reports.texts).as("buffers that were lost").allMatch(report -> report.contains(own));
        } finally {
            LOG.setUseParentHandlers(true);
            LOG.removeHandler(reports);
            ResourceLeakDetector.setLevel(before);
        }
    }

    /** {@return the mark of the buffer that this has lost} */
    private String awaitReports() {
        String mark = UUID.randomUUID().toString();
        lose(mark);
        for (int i = 0; i < MAX_COLLECTIONS; i++) {
            System.gc();
            ByteBufAllocator.DEFAULT.buffer(1).release(); // at each allocation Netty tells of what was found
            if (reports.texts.stream().anyMatch(report -> report.contains(mark))) {
                return mark;
            }
        }
        throw new AssertionError("Netty has not told of a lost buffer after " + MAX_COLLECTIONS + " collections, only: "
                + reports.texts);
    }

    private static void lose(String mark) {
        ByteBufAllocator.DEFAULT.buffer(1).touch(mark);
    }
}
