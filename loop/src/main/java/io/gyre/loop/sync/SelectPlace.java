package io.gyre.loop.sync;

import java.util.function.Consumer;

/**
 * Where a clause of a {@link Select} waits.
 *
 * @param <V> the value that a waiter brings or is handed
 * @param queue the queue of a primitive
 * @param primitive for messages
 * @param enlist puts a waiter into the queue
 * @param withdraw takes the waiter back, served or not
 */
record SelectPlace<V>(WaitQueue<V> queue, Object primitive, Consumer<Waiter<V>> enlist, Consumer<Waiter<V>> withdraw) {}
