package io.gyre.loop.process;

import java.io.ObjectInputFilter;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How the child JVMs of a {@link ProcessPool} are made. Start from {@link #defaults()} and change what you need.
 *
 * {@snippet :
 * var options = ProcessPoolOptions.defaults().withSize(2).withJvmArgs("-Xmx256m");
 * }
 *
 * <p><b>Confinement:</b> immutable.
 */
public final class ProcessPoolOptions {
    /** A child runs code that its parent has sent, but may have been turned by what that code has read. */
    private static final ObjectInputFilter NO_CALLS = ObjectInputFilter.Config.createFilter(
            "!java.rmi.**;!sun.rmi.**;!javax.naming.**;!javax.management.**;!com.sun.jndi.**;!com.sun.rowset.**;"
                    + "!com.sun.org.apache.**");

    private final Values values;

    /** One component for each option. Private, so that adding an option breaks nobody. */
    private record Values(
            int size,
            List<String> jvmArgs,
            OutputHandler outputHandler,
            @Nullable ObjectInputFilter resultFilter) {
        Values {
            if (size < 1) {
                throw new IllegalArgumentException("size is " + size + "; it must be 1 or more");
            }
            jvmArgs = List.copyOf(jvmArgs);
            Objects.requireNonNull(outputHandler, "outputHandler");
        }
    }

    private ProcessPoolOptions(Values values) {
        this.values = values;
    }

    /** {@return how many children there are at the most; as many as processors by default} */
    public int size() {
        return values.size;
    }

    /**
     * {@return what to start a child with, besides what it always gets: the parent's Java home, class path and module
     * path, {@code --add-opens java.base/java.lang=ALL-UNNAMED} and {@code -XX:+ExitOnOutOfMemoryError}; none by
     * default}
     */
    public List<String> jvmArgs() {
        return values.jvmArgs;
    }

    /** {@return receives what children print; prints it to {@code System.err} with the process id by default} */
    public OutputHandler outputHandler() {
        return values.outputHandler;
    }

    /**
     * {@return decides which classes the parent accepts in results and exceptions; by default all that the JVM-wide
     * filter, if there is one, does not reject, but for those of naming, management and remote objects, which call
     * others when they are read; null for the JVM-wide filter alone. In any case nothing is accepted that would take
     * far more memory than bytes have come. What a child accepts is set by {@code -Djdk.serialFilter=...} in {@code
     * jvmArgs}}
     */
    public @Nullable ObjectInputFilter resultFilter() {
        return values.resultFilter;
    }

    /** {@return the options that a pool has when nothing is said} */
    public static ProcessPoolOptions defaults() {
        return new ProcessPoolOptions(new Values(
                Runtime.getRuntime().availableProcessors(), List.of(), OutputHandler.prefixed(), defaultFilter()));
    }

    private static ObjectInputFilter defaultFilter() {
        ObjectInputFilter ofJvm = ObjectInputFilter.Config.getSerialFilter();
        return ofJvm == null ? NO_CALLS : ObjectInputFilter.merge(NO_CALLS, ofJvm);
    }

    /**
     * {@return these options with another number of children}
     *
     * @param newSize 1 or more
     */
    public ProcessPoolOptions withSize(int newSize) {
        return new ProcessPoolOptions(new Values(newSize, values.jvmArgs, values.outputHandler, values.resultFilter));
    }

    /**
     * {@return these options with other arguments for the child JVMs}
     *
     * @param newArgs as on the command line: {@code -Xmx256m}, {@code -Dname=value}
     */
    public ProcessPoolOptions withJvmArgs(String... newArgs) {
        return new ProcessPoolOptions(
                new Values(values.size, List.of(newArgs), values.outputHandler, values.resultFilter));
    }

    /**
     * {@return these options with another receiver of what children print}
     *
     * @param newHandler the receiver
     */
    public ProcessPoolOptions withOutputHandler(OutputHandler newHandler) {
        return new ProcessPoolOptions(new Values(values.size, values.jvmArgs, newHandler, values.resultFilter));
    }

    /**
     * {@return these options with another filter of what children send back}
     *
     * @param newFilter the filter, or null for the JVM-wide one
     */
    public ProcessPoolOptions withResultFilter(@Nullable ObjectInputFilter newFilter) {
        return new ProcessPoolOptions(new Values(values.size, values.jvmArgs, values.outputHandler, newFilter));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ProcessPoolOptions options && values.equals(options.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return values.toString().replaceFirst("Values", "ProcessPoolOptions");
    }
}
