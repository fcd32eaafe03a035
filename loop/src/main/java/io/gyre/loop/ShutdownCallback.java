package io.gyre.loop;

/** A callback that becomes ready when its loop begins to shut down. Cancelling it removes it completely. */
final class ShutdownCallback extends Callback {
    private final LoopCore loop;

    ShutdownCallback(LoopCore loop, Runnable body) {
        super(loop, body, body);
        this.loop = loop;
    }

    @Override
    public void cancel() {
        super.cancel();
        if (loop.inLoop()) { // not in a task that has outlived its loop
            loop.shutdownCallbacks.remove(this);
        }
    }
}
