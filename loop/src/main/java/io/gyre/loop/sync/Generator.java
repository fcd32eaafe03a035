package io.gyre.loop.sync;

import io.gyre.loop.CancelledException;
import io.gyre.loop.Joiner;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.loop.TaskGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future.State;
import org.jspecify.annotations.Nullable;

/**
 * A producer that runs in a task while a block receives its values: a generator whose code may suspend, use time-outs
 * and open task groups, and that never stays behind half finished.
 *
 * <p>Created by {@link Channel#produce}. The producer does not start before {@link #run} or {@link #call}, and starts
 * afresh in each call.
 *
 * {@snippet :
 * Generator<Order> orders(Query query) {
 *     return Channel.produce(0, sender -> {
 *         try (Cursor cursor = open(query)) {
 *             while (cursor.next()) {
 *                 sender.send(cursor.order());
 *             }
 *         }
 *     });
 * }
 *
 * Order first = orders(query).call(receiver -> receiver.receive()); // the cursor is closed by now
 * }
 *
 * <p>When the block ends, normally or by an exception, the producer is cancelled and awaited. When the producer ends,
 * the channel ends. When the producer fails, the block gets the values sent before, then the failure.
 *
 * <p><b>Confinement:</b> immutable; runs in tasks of any loop.
 *
 * <p><b>Source:</b> trio {@code as_safe_channel}. Differs: the producer runs ahead of the block by one finished value
 * and by the capacity of the channel.
 *
 * @param <T> the values, not null
 */
public final class Generator<T> {
    /*
     * Design.
     *
     * Producer and block are a task group whose joiner only awaits: a failure of the producer must not cut the block
     * off from the values in the channel, so it goes into the channel behind them. A failure that the block has not
     * seen is thrown at the end, or attached to the block's exception.
     */
    private final int capacity;
    private final Producer<T> producer;

    Generator(int capacity, Producer<T> producer) {
        this.capacity = capacity;
        this.producer = Objects.requireNonNull(producer);
    }

    /**
     * Code that sends values.
     *
     * @param <T> the values
     */
    @FunctionalInterface
    public interface Producer<T> {
        /**
         * Runs the code in its own task. {@link ChannelBrokenException} may propagate: it means that the block has
         * closed its receiver.
         *
         * @param sender takes the values; closed when this returns
         * @throws Exception reaches the block, as the cause of a {@link CompletionException}
         */
        void produce(Sender<T> sender) throws Exception;
    }

    /**
     * A block that receives values.
     *
     * @param <T> the values
     * @param <R> the result
     * @param <X> the exception that the block may throw
     */
    @FunctionalInterface
    public interface Block<T, R extends @Nullable Object, X extends Exception> {
        /**
         * Runs the block.
         *
         * @param receiver hands out the values; closed when the block ends
         * @return the result
         * @throws X the exception of the block
         */
        R run(Receiver<T> receiver) throws X;
    }

    /**
     * A block that receives values and has no result.
     *
     * @param <T> the values
     * @param <X> the exception that the block may throw
     */
    @FunctionalInterface
    public interface VoidBlock<T, X extends Exception> {
        /**
         * Runs the block.
         *
         * @param receiver hands out the values; closed when the block ends
         * @throws X the exception of the block
         */
        void run(Receiver<T> receiver) throws X;
    }

    /**
     * Starts the producer and runs a block that receives its values.
     *
     * <p><b>Suspends:</b> as the block does, and then until the producer ends. <b>Cancellation:</b> also cancels the
     * producer, and waits for it.
     *
     * @param <R> the result
     * @param <X> the exception that the block may throw
     * @param block runs in line
     * @return the result of the block
     * @throws X the exception of the block, with the failure of the producer, if any, as a suppressed exception
     * @throws CompletionException if the producer failed after the block had ended, so that the block did not see the
     *     failure
     */
    public <R extends @Nullable Object, X extends Exception> R call(Block<T, R, X> block) throws X {
        var run = new Run();
        var result = new ArrayList<R>(1);
        try (run.receiver) {
            run.group(receiver -> result.add(block.run(receiver)));
        } catch (CancelledException cancelled) {
            run.throwUntoldFailure(cancelled);
            throw cancelled;
        } catch (Throwable failure) {
            run.attachUntoldFailure(failure);
            throw failure;
        }
        run.throwUntoldFailure(null);
        return result.getFirst();
    }

    /**
     * Does what {@link #call} does, for a block without a result.
     *
     * @param <X> the exception that the block may throw
     * @param block runs in line
     * @throws X the exception of the block
     * @throws CompletionException if the producer failed and the block did not see
     *     the failure
     */
    public <X extends Exception> void run(VoidBlock<T, X> block) throws X {
        this.<@Nullable Void, X>call(receiver -> {
            block.run(receiver);
            return null;
        });
    }

    /** A single run. */
    private final class Run {
        private final Conduit<T> conduit = new Conduit<>(new Label("Generator", null), capacity, Overflow.SUSPEND);
        private final Sender<T> sender = new Sender<>(conduit);
        private final Receiver<T> receiver = new Receiver<>(conduit);
        private @Nullable Task<?> task;

        <X extends Exception> void group(VoidBlock<T, X> block) throws X {
            Joiner<@Nullable Object, List<Task<? extends @Nullable Object>>> awaitAll = Joiner.awaitAll();
            Callable<@Nullable Object> body = () -> {
                produce();
                return null;
            };
            TaskGroup.<@Nullable Object, List<Task<? extends @Nullable Object>>, X>join(awaitAll, group -> {
                task = group.createTask("producer", body);
                block.run(receiver);
                group.cancel("the block that received from it has ended");
            });
        }

        private void produce() throws Exception {
            try {
                producer.produce(sender);
            } catch (ChannelBrokenException e) {
                if (!conduit.isBroken()) {
                    conduit.fail(e);
                    throw e;
                }
            } catch (Throwable failure) {
                conduit.fail(failure);
                throw failure;
            } finally {
                sender.close();
            }
        }

        private @Nullable Throwable untoldFailure() {
            return task == null || task.state() != State.FAILED || conduit.isFailureTold() ? null : task.exceptionNow();
        }

        void throwUntoldFailure(@Nullable CancelledException cancelled) {
            Throwable untold = untoldFailure();
            if (untold != null) {
                CompletionException failed = LowLevel.completionException(task + ", whose block had ended,", untold);
                if (cancelled != null) {
                    failed.addSuppressed(cancelled);
                }
                throw failed;
            }
        }

        void attachUntoldFailure(Throwable failure) {
            Throwable untold = untoldFailure();
            if (untold != null) {
                failure.addSuppressed(untold);
            }
        }
    }
}
