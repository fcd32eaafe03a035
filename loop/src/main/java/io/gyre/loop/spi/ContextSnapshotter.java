package io.gyre.loop.spi;

/**
 * Carries thread-local context of a library, such as a logging or tracing context, to the tasks, callbacks and
 * offloaded calls that are created while the context is set.
 *
 * {@snippet :
 * ContextSnapshotter mdc = () -> {
 *     Map<String, String> map = MDC.getCopyOfContextMap();
 *     return () -> {
 *         Map<String, String> before = MDC.getCopyOfContextMap();
 *         MDC.setContextMap(map);
 *         return () -> MDC.setContextMap(before);
 *     };
 * };
 * EventLoop.run(LoopOptions.defaults().withContextSnapshotter(mdc), () -> serve());
 * }
 *
 * <p>{@link ScopedValue}s need no snapshotter: they are inherited anyway.
 *
 * <p><b>Confinement:</b> called in any thread that calls the library, during the call; never in the thread that drives
 * a loop while it drives. <b>Errors:</b> must not throw. An exception from {@code capture} propagates from the creating
 * call; an exception from {@code install} or {@code close} fails the task or the offloaded call, or is reported as the
 * callback's failure.
 *
 * <p><b>Source:</b> Micrometer's {@code ContextSnapshot}.
 */
@FunctionalInterface
public interface ContextSnapshotter {
    /** {@return the context of the calling thread} Called whenever a task, callback or offloaded call is created. */
    Snapshot capture();

    /** A captured context. */
    @FunctionalInterface
    interface Snapshot {
        /** {@return the installed context; closing it restores the previous one} Acts on the calling thread. */
        Installed install();
    }

    /** An installed context. */
    @FunctionalInterface
    interface Installed extends AutoCloseable {
        /** Restores the previous context. */
        @Override
        void close();
    }
}
