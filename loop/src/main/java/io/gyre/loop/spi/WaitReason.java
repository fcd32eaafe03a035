package io.gyre.loop.spi;

import io.gyre.loop.dump.Wait;

/**
 * A wait reason that tells a dump more than its {@code toString} does. Let the object that you pass to
 * {@link io.gyre.loop.LowLevel#park} implement it.
 *
 * {@snippet :
 * record Connection(Pool pool) implements WaitReason {
 *     public Wait explain(String words) {
 *         return new Wait.OnPermits(words, pool.free(), List.of());
 *     }
 *     public String toString() {
 *         return "a connection of " + pool;
 *     }
 * }
 * }
 *
 * <p><b>Confinement:</b> any thread, at any time, while the loop goes on. So it must not lock or wait, and what it reads
 * may be out of date. What it throws is left out of the dump.
 */
public interface WaitReason {
    /**
     * {@return this wait as data}
     *
     * @param words the {@code toString} of this object, fit for logs
     */
    Wait explain(String words);
}
