package io.gyre.loop.process;

import io.gyre.loop.internal.text.StandsFor;
import org.jspecify.annotations.Nullable;

/**
 * A command as a call without a result.
 *
 * @param command the command
 */
record CommandCall(Runnable command) implements SerializableCallable<@Nullable Void>, StandsFor {
    @Override
    public @Nullable Void call() {
        command.run();
        return null;
    }

    @Override
    public Object original() {
        return command;
    }
}
