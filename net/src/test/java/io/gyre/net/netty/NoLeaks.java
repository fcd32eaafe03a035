package io.gyre.net.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Fails a test class if one of Netty's buffers was lost in it: became unreachable, and nobody had released it. */
public final class NoLeaks implements BeforeAllCallback, AfterAllCallback {
    private static final List<String> FOUND = new CopyOnWriteArrayList<>();

    /**
     * Netty's detector, which keeps what it finds. The build names it in {@code io.netty.customResourceLeakDetector}.
     *
     * @param <T> what is watched
     */
    public static final class Detector<T> extends ResourceLeakDetector<T> {
        /** For Netty. */
        public Detector(Class<?> type, int interval) {
            super(type, interval);
        }

        @Override
        protected boolean needReport() {
            return true;
        }

        @Override
        protected void reportTracedLeak(String type, String records) {
            FOUND.add(type + records);
        }

        @Override
        protected void reportUntracedLeak(String type) {
            FOUND.add(type);
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) throws InterruptedException {
        take(); // of classes without this extension
    }

    @Override
    public void afterAll(ExtensionContext context) throws InterruptedException {
        assertThat(take()).as("buffers that nobody has released").isEmpty();
    }

    /** {@return the leaks since the last call} */
    static List<String> take() throws InterruptedException {
        assertThat(ResourceLeakDetector.getLevel()).isEqualTo(ResourceLeakDetector.Level.PARANOID);
        collectGarbage();
        ByteBufAllocator.DEFAULT.directBuffer().release(); // with each new buffer Netty looks for lost ones
        var taken = new ArrayList<>(FOUND);
        FOUND.clear();
        return taken;
    }

    /** Waits until the collector has queued references to objects that were unreachable before. */
    private static void collectGarbage() throws InterruptedException {
        var queue = new ReferenceQueue<Object>();
        for (int i = 0;
                i < 2;
                i++) { // what the first has found is queued at the latest before what the second has found
            Reference<Object> sentinel = new WeakReference<>(new Object(), queue);
            try {
                do {
                    System.gc();
                } while (queue.remove(100) == null);
            } finally {
                Reference.reachabilityFence(sentinel);
            }
        }
    }
}
