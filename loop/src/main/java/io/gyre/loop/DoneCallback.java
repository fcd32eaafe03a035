package io.gyre.loop;

/** A callback that becomes ready when something is done. Cancelling it removes it completely. */
final class DoneCallback extends Callback {
    private final Completion<?> completion;
    private final Observer observer;

    DoneCallback(Completion<?> completion, Object origin, Runnable body, boolean observesFailure) {
        super(completion.loop, origin, body);
        this.completion = completion;
        this.observer = new Observer(completion) {
            @Override
            void completed() {
                becomeReady();
            }

            @Override
            boolean observesFailure() {
                return observesFailure;
            }
        };
    }

    void await() {
        completion.addObserver(observer);
    }

    @Override
    public void cancel() {
        super.cancel();
        if (completion.loop.inLoop()) { // not in a task that has outlived its loop
            completion.removeObserver(observer);
        }
    }
}
