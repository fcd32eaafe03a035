package io.gyre.loop;

/** A virtual thread that was started inside a task, without being one. */
record GuestStep(VirtualThreadTask<?> host, Runnable continuation) implements Step {
    @Override
    public void take() {
        continuation.run();
    }

    @Override
    public String toString() {
        return "a thread that " + host + " started";
    }
}
