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
 * What to run, and how. Start from {@link #of}.
 *
 * {@snippet :
 * SubprocessOptions.of("make", "test").withDirectory(checkout).withEnvironment("LANG", "C").withStderrMerged()
 * }
 *
 * <p><b>Confinement:</b> immutable.
 */
public final class SubprocessOptions {
    /** Long enough to write down what must not be lost, short enough for somebody who waits. */
    private static final Duration DEFAULT_GRACE = Duration.ofSeconds(5);

    private final Values values;

    /** One component for each option. Private, so that adding an option breaks nobody. */
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
     * {@return the program and its arguments, as they are: no shell looks at them. A program without a slash is
     * looked up on the PATH that this process was started with}
     */
    public List<String> command() {
        return values.command;
    }

    /** {@return where it runs; null for where this process does, which is the default} */
    public @Nullable Path directory() {
        return values.directory;
    }

    /** {@return what is different in its environment from that of this process: a value, or empty for none} */
    public Map<String, Optional<String>> environment() {
        return values.environment;
    }

    /**
     * {@return where its standard input comes from; {@link Redirect#PIPE} by default. {@link Redirect#DISCARD} is an
     * empty one}
     */
    public Redirect stdin() {
        return values.stdin;
    }

    /** {@return where its standard output goes; {@link Redirect#PIPE} by default} */
    public Redirect stdout() {
        return values.stdout;
    }

    /** {@return where its standard error goes; {@link Redirect#PIPE} by default} */
    public Redirect stderr() {
        return values.stderr;
    }

    /**
     * {@return whether its standard error goes where its standard output does, whatever {@code stderr} says; false by
     * default}
     */
    public boolean mergeStderr() {
        return values.mergeStderr;
    }

    /** {@return how long it may take to end when it is told to, before it is killed; 5 s by default} */
    public Duration killGrace() {
        return values.killGrace;
    }

    /**
     * {@return the options to run a program with pipes}
     *
     * @param command the program and its arguments
     * @throws IllegalArgumentException if there is no program
     */
    public static SubprocessOptions of(String... command) {
        return new SubprocessOptions(new Values(
                List.of(command), null, Map.of(), Redirect.PIPE, Redirect.PIPE, Redirect.PIPE, false, DEFAULT_GRACE));
    }

    /**
     * {@return these options with another place to run}
     *
     * @param place the directory; a program with a slash in its name is looked up from there, too
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
     * {@return these options with a variable in the environment, in place of one that has the same name}
     *
     * @param name its name
     * @param value its value
     */
    public SubprocessOptions withEnvironment(String name, String value) {
        return withVariable(name, Optional.of(value));
    }

    /**
     * {@return these options without a variable in the environment, be it one of this process}
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
     * @param source where it comes from; {@link Redirect#DISCARD} for an empty one
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
     * @param target where it goes
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
     * {@return these options with another standard error, of its own}
     *
     * @param target where it goes
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

    /** {@return these options with the standard error going where the standard output does} */
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
     * {@return these options with another grace}
     *
     * @param grace how long the program may take to end when it is told to; zero to kill it at once
     * @throws IllegalArgumentException if that is negative
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
        return values.toString().replaceFirst("Values", "SubprocessOptions");
    }
}
