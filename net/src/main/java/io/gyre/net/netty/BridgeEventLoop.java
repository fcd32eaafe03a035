package io.gyre.net.netty;

import static io.gyre.loop.Async.shield;

import io.gyre.loop.ChannelListener;
import io.gyre.loop.ChannelRegistration;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopClosedException;
import io.gyre.loop.LowLevel;
import io.gyre.loop.TimerHandle;
import io.gyre.loop.spi.Failure;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoRegistration;
import io.netty.channel.nio.NioIoHandle;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.AbstractScheduledEventExecutor;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.Ticker;
import io.netty.util.internal.PlatformDependent;
import io.netty.util.internal.ThreadExecutorMap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Netty's event loop on Gyre's: its selector, its ready queue, its timers, its thread. */
final class BridgeEventLoop extends AbstractScheduledEventExecutor implements IoEventLoop {
    /*
     * Design.
     *
     * One callback does everything: readiness, tasks, timers. It is never entered while another of its runs is parked. A
     * monitor that another thread holds is enough to park a handler in the middle of a flush; the loop then goes on in a
     * fresh callback runner, and Netty's code, entered again there, would lose or swap bytes. So whoever finds the bridge
     * entered leaves, and the run that is parked looks again when it is through. A parked handler stops the channels of
     * its bridge, but not the tasks.
     *
     * "In the event loop" is the thread of the run that is in there, also while it is parked. A task is outside: its calls
     * hop through execute.
     *
     * Tasks from the loop thread go into a plain queue. Those of other threads go into a queue for many producers with
     * one wake-up for many: a producer adds, then looks at `foreignQueued`; the run clears it, then takes. A producer
     * that sees it set has added before the run takes. Two that see it clear at once both wake, which does no harm. Who
     * adds to the plain queue first takes what is in the other: its producer may have told the caller, as an offloaded
     * call does when it returns, and what it has written must not be overtaken.
     *
     * A run takes the tasks that were there when it began, and up to a bound those that come meanwhile: each tick more
     * costs a select.
     */

    /** A chain of tasks that submit each other costs no select in between until here, and then lets others have a turn. */
    private static final int TASKS_PER_RUN = 256;

    /** For handlers that suspend in channelInactive; closing the loop has a limit of its own. */
    private static final Duration END_LIMIT = Duration.ofSeconds(2);

    final EventLoop loop;
    private final LoopTicker ticker;
    private final Runs runs = new Runs();
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final Queue<Runnable> foreign = PlatformDependent.newMpscQueue();
    private final Set<BridgeRegistration> registrations = new LinkedHashSet<>();
    private final BridgeEnd end;
    private volatile boolean foreignQueued;
    private volatile @Nullable Thread entered;

    /** Somebody has found the bridge entered, and left. */
    private boolean again;

    private boolean endsWithItsLoop;
    private @Nullable TimerHandle timer;
    private long timerDeadline;

    /** In a task or callback of the loop. */
    BridgeEventLoop(IoEventLoopGroup parent, EventLoop loop) {
        super(parent);
        this.loop = loop;
        this.ticker = new LoopTicker(loop);
        this.end = new BridgeEnd(this);
    }

    private final class Runs extends ChannelListener {
        Runs() {
            super("a handler of Netty");
        }

        @Override
        protected void run() {
            enter();
        }

        @Override
        protected void closed(ChannelRegistration registration) {
            if (loop.inLoop()) {
                close((BridgeRegistration) Objects.requireNonNull(registration.attachment()));
            } else {
                closeUnderneath(registration);
            }
        }

        void handleReady() {
            for (ChannelRegistration ready = nextReady(); ready != null; ready = nextReady()) {
                handle((BridgeRegistration) Objects.requireNonNull(ready.attachment()));
            }
        }
    }

    // ---- a run

    /** Does what there is to do. In a callback of the loop. */
    void enter() {
        if (entered != null) {
            again = true;
            return;
        }
        again = false;
        entered = Thread.currentThread();
        EventExecutor before = ThreadExecutorMap.setCurrentExecutor(this);
        try {
            runs.handleReady();
            takeForeign();
            fetchFromScheduledTaskQueue(tasks);
            runTasks();
            end.goOn();
        } finally {
            ThreadExecutorMap.setCurrentExecutor(before);
            entered = null;
            if (again || !tasks.isEmpty()) {
                runs.callSoon();
            }
            rearmTimer();
        }
    }

    private void handle(BridgeRegistration ready) {
        try {
            ready.handleReady();
        } catch (Throwable failure) {
            report(ready, failure);
        }
    }

    /** Closes a channel: the loop or the bridge ends, or the channel was closed behind Netty's back. In the bridge. */
    private void close(BridgeRegistration registration) {
        try {
            registration.close();
        } catch (Throwable failure) {
            report(registration, failure);
        }
    }

    /** The loop is closed, and a handler is still parked in the bridge: the pipeline cannot be told. */
    private static void closeUnderneath(ChannelRegistration registration) {
        try {
            registration.channel().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void report(BridgeRegistration channel, Throwable failure) {
        LowLevel.report(new Failure(
                "Netty's channel " + LowLevel.describe(channel)
                        + " threw an exception to its event loop. Handle it in the pipeline, in exceptionCaught.",
                toString(),
                null,
                failure));
    }

    private void takeForeign() {
        foreignQueued = false;
        for (Runnable task = foreign.poll(); task != null; task = foreign.poll()) {
            tasks.add(task);
        }
    }

    private void runTasks() {
        for (int left = Math.max(tasks.size(), TASKS_PER_RUN); left > 0 && !tasks.isEmpty(); left--) {
            safeExecute(tasks.remove());
            end.noteWork();
        }
    }

    private void rearmTimer() {
        long next = nextScheduledTaskDeadlineNanos();
        if (next != -1 && timer != null && next >= timerDeadline) {
            return; // fires early, and is set again then
        }
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        if (next != -1) {
            timerDeadline = next;
            timer = loop.callAt(ticker.onLoop(next), () -> {
                timer = null;
                runs.callSoon();
            });
        }
    }

    // ---- tasks

    @Override
    public void execute(Runnable command) {
        Objects.requireNonNull(command);
        if (isShutdown()) {
            throw new RejectedExecutionException(
                    this
                            + " is shut down and runs no more tasks. Ask NettyLoops.group for a new group, while the loop runs.");
        }
        if (loop.inLoop()) {
            if (entered == null) {
                runs.callSoon();
            }
            if (foreignQueued) {
                takeForeign();
            }
            tasks.add(command);
        } else {
            foreign.add(command);
            if (!foreignQueued) {
                foreignQueued = true;
                wake();
            }
        }
    }

    private void wake() {
        try {
            runs.callSoon();
        } catch (LoopClosedException over) {
            foreignQueued = false; // so that the next is rejected, too
            throw over;
        }
    }

    @Override
    public boolean inEventLoop(Thread thread) {
        return thread == entered;
    }

    @Override
    public boolean isExecutorThread(Thread thread) {
        return thread == entered;
    }

    @Override
    public Ticker ticker() {
        return ticker;
    }

    // ---- channels

    @Override
    public Future<IoRegistration> register(IoHandle handle) {
        Promise<IoRegistration> promise = newPromise();
        if (inEventLoop()) {
            register(handle, promise);
        } else {
            execute(() -> register(handle, promise));
        }
        return promise;
    }

    private void register(IoHandle handle, Promise<IoRegistration> promise) {
        if (!(handle instanceof NioIoHandle nio)) {
            promise.setFailure(new IllegalArgumentException(LowLevel.describe(handle) + " is not a channel of NIO. Use "
                    + "the channels of io.netty.channel.socket.nio on Gyre's loop."));
            return;
        }
        try {
            var registration = new BridgeRegistration(this, nio, LowLevel.register(nio.selectableChannel(), runs));
            registrations.add(registration);
            handle.registered();
            promise.setSuccess(registration);
        } catch (Exception e) {
            promise.setFailure(e);
        }
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> type) {
        return NioIoHandle.class.isAssignableFrom(type);
    }

    @Override
    public boolean isIoType(Class<? extends IoHandler> type) {
        return type == NioIoHandler.class;
    }

    @Override
    public IoEventLoop next() {
        return this;
    }

    @Override
    public IoEventLoopGroup parent() {
        return (IoEventLoopGroup) super.parent();
    }

    @Override
    @Deprecated
    public ChannelFuture register(Channel channel) {
        return registerByUnsafe(new DefaultChannelPromise(channel, this));
    }

    @Override
    @Deprecated
    public ChannelFuture register(ChannelPromise promise) {
        return registerByUnsafe(promise);
    }

    @Override
    @Deprecated
    public ChannelFuture register(Channel channel, ChannelPromise promise) {
        return registerByUnsafe(promise);
    }

    private ChannelFuture registerByUnsafe(ChannelPromise promise) {
        promise.channel().unsafe().register(this, promise);
        return promise;
    }

    // ---- the end

    @Override
    public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
        return end.begin(unit.toNanos(quietPeriod), unit.toNanos(timeout));
    }

    @Override
    @Deprecated
    public void shutdown() {
        end.begin(0, 0);
    }

    @Override
    public Future<?> terminationFuture() {
        return end.future();
    }

    @Override
    public boolean isShuttingDown() {
        return end.hasBegun();
    }

    @Override
    public boolean isShutdown() {
        return end.isOver();
    }

    @Override
    public boolean isTerminated() {
        return end.isOver();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return end.future().await(timeout, unit);
    }

    /** Starts the task that ends this bridge when its loop has closed its tasks. */
    void endWithTheLoop() {
        var _ = loop.createSystemTask(toString(), () -> {
            try {
                Netty.await(end.future());
            } finally {
                endsWithItsLoop = true;
                try {
                    shield(END_LIMIT, () -> {
                        Netty.await(end.beginAtOnce(END_LIMIT.toNanos()));
                    });
                } finally {
                    end.complete(); // a handler may still be parked
                }
            }
        });
    }

    /** {@return whether this bridge ends because its loop does: there are no tasks any more that could read} */
    boolean endsWithItsLoop() {
        return endsWithItsLoop;
    }

    /** A channel has left. Loop thread. */
    void remove(BridgeRegistration registration) {
        registrations.remove(registration);
    }

    /** Closes what is registered and cancels what is scheduled. In the bridge. */
    void closeChannels() {
        List.copyOf(registrations).forEach(this::close);
        cancelScheduledTasks();
    }

    boolean hasTasks() {
        return !tasks.isEmpty();
    }

    @Override
    public String toString() {
        return "Netty on " + loop;
    }
}
