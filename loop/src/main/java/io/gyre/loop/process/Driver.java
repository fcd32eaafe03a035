package io.gyre.loop.process;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Takes calls from the pool and runs them in its child, one at a time. A daemon thread. */
final class Driver extends Thread {
    private final CallQueue queue;
    private final ProcessPoolOptions options;
    private @Nullable WorkerProcess worker;

    Driver(CallQueue queue, ProcessPoolOptions options) {
        super("gyre-process-driver");
        this.queue = queue;
        this.options = options;
        setDaemon(true);
    }

    @Override
    public void run() {
        try {
            for (RemoteCall<?> call = queue.take(); call != null; call = queue.take()) {
                queue.finish(call, perform(call));
            }
        } finally {
            if (worker != null) {
                worker.close();
            }
            queue.driverEnded();
        }
    }

    /** {@return how to complete the call's future} */
    private Runnable perform(RemoteCall<?> call) {
        for (; ; ) {
            WorkerProcess child = usableWorker();
            boolean fresh = child == null;
            try {
                if (child == null) {
                    child = replaceWorker();
                }
                if (!call.begin(child)) {
                    return () -> {};
                }
                Object result = child.run(call);
                return () -> call.completeWith(result);
            } catch (CallFailedException failed) {
                return () -> call.failWith(failed.failure());
            } catch (IOException e) {
                if (child == null) {
                    return () ->
                            call.completeExceptionally(new IllegalStateException("no child JVM can be started", e));
                }
                WorkerDiedException died = child.died(call, e);
                worker = null;
                if (fresh || child.hasBegun()) {
                    return () -> call.completeExceptionally(died);
                }
                // The child had died while idle. The call has not run, so another child may run it.
            } catch (Throwable unexpected) { // a result that does not fit into this JVM's memory
                if (child != null) {
                    child.kill("it was killed because its answer could not be read");
                }
                return () -> call.completeExceptionally(unexpected);
            } finally {
                call.end();
            }
        }
    }

    private @Nullable WorkerProcess usableWorker() {
        return worker != null && worker.isUsable() ? worker : null;
    }

    private WorkerProcess replaceWorker() throws IOException {
        if (worker != null) {
            worker.close();
            worker = null;
        }
        var child = new WorkerProcess(options);
        worker = child;
        return child;
    }
}
