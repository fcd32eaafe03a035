package io.gyre.loop;

import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A variable with one value for each loop, created on first access: a buffer pool, a cache.
 *
 * <p>All tasks of a loop share the value. Unlike a static variable it needs no lock, and unlike a {@link ThreadLocal}
 * it is not created anew for each task.
 *
 * <p><b>Confinement:</b> loop thread. <b>Suspends:</b> no.
 *
 * <p><b>Source:</b> trio {@code RunVar}.
 *
 * @param <T> the value
 */
public final class LoopLocal<T> {
    private final Supplier<? extends T> initial;
    private final Consumer<? super T> end;

    private LoopLocal(Supplier<? extends T> initial, Consumer<? super T> end) {
        this.initial = initial;
        this.end = end;
    }

    /**
     * {@return a new variable}
     *
     * @param <T> the value
     * @param initial creates the value of a loop that has none yet
     */
    public static <T> LoopLocal<T> withInitial(Supplier<? extends T> initial) {
        return new LoopLocal<>(initial, value -> {});
    }

    /**
     * {@return a new variable whose value is disposed of when its loop closes}
     *
     * @param <T> the value
     * @param initial creates the value of a loop that has none yet
     * @param end disposes of a value. Called in the thread that closes the loop, when its tasks and callbacks have
     *     ended; must not suspend
     */
    public static <T> LoopLocal<T> withInitial(Supplier<? extends T> initial, Consumer<? super T> end) {
        return new LoopLocal<>(initial, Objects.requireNonNull(end));
    }

    @SuppressWarnings("unchecked") // only values of this type are stored under this key
    void end(Object value) {
        end.accept((T) value);
    }

    /** {@return the value of the current loop} */
    @SuppressWarnings("unchecked") // only this method stores under this key
    public T get() {
        Map<LoopLocal<?>, Object> locals = LoopCore.current().locals;
        Object value = locals.get(this);
        if (value == null) {
            value = initial.get(); // not computeIfAbsent: initial may ask for another variable
            locals.put(this, value);
        }
        return (T) value;
    }
}
