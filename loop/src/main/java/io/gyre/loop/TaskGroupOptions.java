package io.gyre.loop;

import io.gyre.loop.internal.text.Describe;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link TaskGroup} is made. Start from {@link #named} or {@link #within}.
 *
 * {@snippet :
 * TaskGroup.run(TaskGroupOptions.named("search").withTimeout(Duration.ofSeconds(2)), group -> {
 *     group.createTask(() -> ask(first));
 *     group.createTask(() -> ask(second));
 * });
 * }
 *
 * <p><b>Confinement:</b> immutable.
 *
 * <p><b>Source:</b> JEP 505 {@code StructuredTaskScope.Configuration}.
 *
 * @param name for messages and dumps; null for none
 * @param timeout how long the block and all tasks may take; null for as long as they like
 */
public record TaskGroupOptions(
        @Nullable String name, @Nullable Duration timeout) {
    /**
     * {@return options with a name}
     *
     * @param name for messages and dumps
     */
    public static TaskGroupOptions named(String name) {
        return new TaskGroupOptions(Objects.requireNonNull(name), null);
    }

    /**
     * {@return options with a time-out}
     *
     * @param timeout how long the block and all tasks may take; zero or less cancels them at their first suspending call
     */
    public static TaskGroupOptions within(Duration timeout) {
        return new TaskGroupOptions(null, Objects.requireNonNull(timeout));
    }

    /**
     * {@return these options with another time-out}
     *
     * @param newTimeout how long the block and all tasks may take
     */
    public TaskGroupOptions withTimeout(Duration newTimeout) {
        return new TaskGroupOptions(name, Objects.requireNonNull(newTimeout));
    }

    /**
     * {@return these options with another name}
     *
     * @param newName for messages and dumps
     */
    public TaskGroupOptions withName(String newName) {
        return new TaskGroupOptions(Objects.requireNonNull(newName), timeout);
    }

    /** Runs the body of a group within the time that it may take. */
    <T extends @Nullable Object, X extends Exception> T limit(Body<T, X> body) throws X {
        return timeout == null ? body.run() : Async.timeout(timeout, title(), body);
    }

    String title() {
        return name == null ? "the group" : "the group '" + Describe.line(name) + "'";
    }
}
