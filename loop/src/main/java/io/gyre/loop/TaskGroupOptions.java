package io.gyre.loop;

import io.gyre.loop.internal.text.Describe;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Options of a {@link TaskGroup}. Start from {@link #named} or {@link #within}.
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
 */
public final class TaskGroupOptions {
    private static final TaskGroupOptions DEFAULTS = new TaskGroupOptions(new Values(null, null));

    private final Values values;

    /** One component for each option. Private, so that adding an option breaks no caller. */
    private record Values(@Nullable String name, @Nullable Duration timeout) {}

    private TaskGroupOptions(Values values) {
        this.values = values;
    }

    /** {@return the name for messages and dumps; null for none} */
    public @Nullable String name() {
        return values.name;
    }

    /** {@return the time limit for the block and all tasks; null for no limit} */
    public @Nullable Duration timeout() {
        return values.timeout;
    }

    /** {@return the default options} */
    public static TaskGroupOptions defaults() {
        return DEFAULTS;
    }

    /**
     * {@return options with a name}
     *
     * @param name for messages and dumps
     */
    public static TaskGroupOptions named(String name) {
        return new TaskGroupOptions(new Values(Objects.requireNonNull(name), null));
    }

    /**
     * {@return options with a time-out}
     *
     * @param timeout the time limit for the block and all tasks; zero or less cancels them at their first suspending
     *     call
     */
    public static TaskGroupOptions within(Duration timeout) {
        return new TaskGroupOptions(new Values(null, Objects.requireNonNull(timeout)));
    }

    /**
     * {@return these options with another time-out}
     *
     * @param newTimeout the time limit for the block and all tasks
     */
    public TaskGroupOptions withTimeout(Duration newTimeout) {
        return new TaskGroupOptions(new Values(values.name, Objects.requireNonNull(newTimeout)));
    }

    /**
     * {@return these options with another name}
     *
     * @param newName for messages and dumps
     */
    public TaskGroupOptions withName(String newName) {
        return new TaskGroupOptions(new Values(Objects.requireNonNull(newName), values.timeout));
    }

    /** Runs the body of a group within the time limit. */
    <T extends @Nullable Object, X extends Exception> T limit(Body<T, X> body) throws X {
        Duration timeout = values.timeout;
        return timeout == null ? body.run() : Async.timeout(timeout, title(), body);
    }

    String title() {
        String name = values.name;
        return name == null ? "the group" : "the group '" + Describe.line(name) + "'";
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TaskGroupOptions options && values.equals(options.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return values.toString().replaceFirst("Values", "TaskGroupOptions");
    }
}
