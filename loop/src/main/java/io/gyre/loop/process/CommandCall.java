package io.gyre.loop.process;

import org.jspecify.annotations.Nullable;

/**
 * A command as a call without a result.
 *
 * @param command the command
 */
record CommandCall(Runnable command) implements SerializableCallable<@Nullable Void> {
    @Override
    public @Nullable Void call() {
        command.run();
        return null;
    }
}
