package io.gyre.loop.spi;

/**
 * Carries what a library keeps in thread-locals, such as a logging or tracing context, to the tasks, callbacks and offloaded
 * calls that are created while it is in force.
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
 * <p>{@link ScopedValue}s need none of this: they are inherited by themselves.
 *
 * <p><b>Confinement:</b> any thread that calls the library, in that call; never the thread that drives a loop while it
 * does. <b>Errors:</b> must not throw. What {@code capture} throws comes out of the call that creates something; what
 * {@code install} or {@code close} throws fails the task or the offloaded call, or is reported as the callback's
 * failure.
 *
 * <p><b>Source:</b> Micrometer's {@code ContextSnapshot}.
 */
@FunctionalInterface
public interface ContextSnapshotter {
    /** {@return what is in force in the calling thread} Called wherever something is created. */
    Snapshot capture();

    /** What was in force somewhere. */
    @FunctionalInterface
    interface Snapshot {
        /** {@return what puts the thread back as it was} Puts this into force in the calling thread. */
        Installed install();
    }

    /** A snapshot that is in force. */
    @FunctionalInterface
    interface Installed extends AutoCloseable {
        /** Puts the thread back as it was. */
        @Override
        void close();
    }
}
