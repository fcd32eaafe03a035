package io.gyre.loop;

import org.jspecify.annotations.Nullable;

/** A step of a virtual thread that was started inside a task, but is no task itself. */
final class GuestStep implements Step, Arrival {
    private final VirtualThreadTask<?> host;
    private final Runnable continuation;
    private @Nullable Step nextReady;

    GuestStep(VirtualThreadTask<?> host, Runnable continuation) {
        this.host = host;
        this.continuation = continuation;
    }

    @Override
    public void arrive() {
        host.loop.tick.ready.add(this);
    }

    /** Mounts the thread, until it parks. Carrier only. */
    void take() {
        continuation.run();
        if (host.loop.inLoop()) {
            host.loop.tick.guestUnmounted();
        }
    }

    @Override
    public StackTraceElement[] stackTrace() {
        return new StackTraceElement[0];
    }

    @Override
    public @Nullable String createdAt() {
        return null;
    }

    @Override
    public @Nullable Step nextReady() {
        return nextReady;
    }

    @Override
    public void setNextReady(@Nullable Step next) {
        nextReady = next;
    }

    @Override
    public String toString() {
        return "a thread that " + host + " started";
    }
}
