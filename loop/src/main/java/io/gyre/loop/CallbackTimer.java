package io.gyre.loop;

/** A callback that waits for its deadline. */
final class CallbackTimer extends Timer implements TimerHandle {
    private final LoopCore loop;
    private final Callback callback;

    CallbackTimer(LoopCore loop, long deadlineNanos, Callback callback) {
        super(deadlineNanos);
        this.loop = loop;
        this.callback = callback;
    }

    @Override
    void fire() {
        callback.becomeReady();
    }

    @Override
    public void cancel() {
        loop.checkLoopThread("cancel of a timer");
        loop.tick.timers.remove(this);
        callback.cancel();
    }

    @Override
    public boolean isCancelled() {
        return callback.isCancelled();
    }
}
