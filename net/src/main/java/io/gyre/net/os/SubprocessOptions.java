package io.gyre.net.os;

import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which program to run, and how. Start from {@link #of}.
 *
 * {@snippet :
 * SubprocessOptions.of("make", "test").withDirectory(checkout).withEnvironment("LANG", "C").withStderrMerged()
 * }
 *
 * <p><b>Confinement:</b> immutable.
 */
public final class SubprocessOptions {
    /** Long enough to save important data, short enough for a waiting user. */
    private static final Duration DEFAULT_GRACE = Duration.ofSeconds(5);

    private final Values values;

    /** One component for each option. Private, so that a new option breaks no caller. */
    private record Values(
            List<String> command,
            @Nullable Path directory,
            Map<String, Optional<String>> environment,
            Redirect stdin,
            Redirect stdout,
            Redirect stderr,
            boolean mergeStderr,
            Duration killGrace) {
        Values {
            command = List.copyOf(command);
            environment = Map.copyOf(environment);
            Objects.requireNonNull(stdin);
            Objects.requireNonNull(stdout);
            Objects.requireNonNull(stderr);
            if (command.isEmpty() || command.getFirst().isEmpty()) {
                throw new IllegalArgumentException("the command " + command + " names no program");
            }
            if (killGrace.isNegative()) {
                throw new IllegalArgumentException("a kill grace of " + killGrace + "; it must be 0 or more");
            }
        }
    }

    private SubprocessOptions(Values values) {
        this.values = values;
    }

    /**
     * {@return the program and its arguments, passed unchanged: no shell interprets them. A program without a slash is
     * looked up on the PATH that this process was started with}
     */
    public List<String> command() {
        return values.command;
    }

    /** {@return its working directory; null, the default, for that of this process} */
    public @Nullable Path directory() {
        return values.directory;
    }

    /** {@return how its environment differs from this process's: a value, or empty to remove a variable} */
    public Map<String, Optional<String>> environment() {
        return values.environment;
    }

    /**
     * {@return its standard input; {@link Redirect#PIPE} by default. {@link Redirect#DISCARD} is an empty one}
     */
    public Redirect stdin() {
        return values.stdin;
    }

    /** {@return its standard output; {@link Redirect#PIPE} by default} */
    public Redirect stdout() {
        return values.stdout;
    }

    /** {@return its standard error; {@link Redirect#PIPE} by default} */
    public Redirect stderr() {
        return values.stderr;
    }

    /**
     * {@return whether its standard error is merged into its standard output, whatever {@code stderr} says; false by
     * default}
     */
    public boolean mergeStderr() {
        return values.mergeStderr;
    }

    /** {@return how long the program has to end when asked, before it is killed; 5 s by default} */
    public Duration killGrace() {
        return values.killGrace;
    }

    /**
     * {@return options to run a program with pipes}
     *
     * @param command the program and its arguments
     * @throws IllegalArgumentException if there is no program
     */
    public static SubprocessOptions of(String... command) {
        return new SubprocessOptions(new Values(
                List.of(command), null, Map.of(), Redirect.PIPE, Redirect.PIPE, Redirect.PIPE, false, DEFAULT_GRACE));
    }

    /**
     * {@return these options with another working directory}
     *
     * @param place the directory; a program with a slash in its name is looked up from there
     */
    public SubprocessOptions withDirectory(Path place) {
        return new SubprocessOptions(new Values(
                values.command,
                place,
                values.environment,
                values.stdin,
                values.stdout,
                values.stderr,
                values.mergeStderr,
                values.killGrace));
    }

    /**
     * {@return these options with an environment variable, which replaces one of the same name}
     *
     * @param name its name
     * @param value its value
     */
    public SubprocessOptions withEnvironment(String name, String value) {
        return withVariable(name, Optional.of(value));
    }

    /**
     * {@return these options without an environment variable, even one of this process}
     *
     * @param name its name
     */
    public SubprocessOptions withoutEnvironment(String name) {
        return withVariable(name, Optional.empty());
    }

    private SubprocessOptions withVariable(String name, Optional<String> value) {
        var changed = new HashMap<>(values.environment);
        changed.put(name, value);
        return new SubprocessOptions(new Values(
                values.command,
                values.directory,
                changed,
                values.stdin,
                values.stdout,
                values.stderr,
                values.mergeStderr,
                values.killGrace));
    }

    /**
     * {@return these options with another standard input}
     *
     * @param source the source; {@link Redirect#DISCARD} for an empty one
     */
    public SubprocessOptions withStdin(Redirect source) {
        return new SubprocessOptions(new Values(
                values.command,
                values.directory,
                values.environment,
                source,
                values.stdout,
                values.stderr,
                values.mergeStderr,
                values.killGrace));
    }

    /**
     * {@return these options with another standard output}
     *
     * @param target the target
     */
    public SubprocessOptions withStdout(Redirect target) {
        return new SubprocessOptions(new Values(
                values.command,
                values.directory,
                values.environment,
                values.stdin,
                target,
                values.stderr,
                values.mergeStderr,
                values.killGrace));
    }

    /**
     * {@return these options with another, separate standard error}
     *
     * @param target the target
     */
    public SubprocessOptions withStderr(Redirect target) {
        return new SubprocessOptions(new Values(
                values.command,
                values.directory,
                values.environment,
                values.stdin,
                values.stdout,
                target,
                false,
                values.killGrace));
    }

    /** {@return these options with the standard error merged into the standard output} */
    public SubprocessOptions withStderrMerged() {
        return new SubprocessOptions(new Values(
                values.command,
                values.directory,
                values.environment,
                values.stdin,
                values.stdout,
                values.stderr,
                true,
                values.killGrace));
    }

    /**
     * {@return these options with another grace period}
     *
     * @param grace how long the program has to end when asked; zero to kill it at once
     * @throws IllegalArgumentException if the grace is negative
     */
    public SubprocessOptions withKillGrace(Duration grace) {
        return new SubprocessOptions(new Values(
                values.command,
                values.directory,
                values.environment,
                values.stdin,
                values.stdout,
                values.stderr,
                values.mergeStderr,
                grace));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SubprocessOptions options && values.equals(options.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        // Not the arguments and the environment, which may be secrets.
        return "SubprocessOptions[" + command().getFirst() + ", arguments: "
                + (command().size() - 1) + "]";
    }
}
