package io.gyre.loop.process;

import java.io.ObjectInputFilter;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link ProcessPool} creates its child JVMs. Start from {@link #defaults()} and change what you need.
 *
 * {@snippet :
 * var options = ProcessPoolOptions.defaults().withSize(2).withJvmArgs("-Xmx256m");
 * }
 *
 * <p><b>Confinement:</b> immutable.
 */
public final class ProcessPoolOptions {
    /** A child runs its parent's code, but data that this code has read may have compromised the child. */
    private static final ObjectInputFilter NO_CALLS = ObjectInputFilter.Config.createFilter(
            "!java.rmi.**;!sun.rmi.**;!javax.naming.**;!javax.management.**;!com.sun.jndi.**;!com.sun.rowset.**;"
                    + "!com.sun.org.apache.**");

    private final Values values;

    /** One component for each option. Private, so that a new option breaks no caller. */
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

    /** {@return the largest number of children; by default the number of processors} */
    public int size() {
        return values.size;
    }

    /**
     * {@return additional JVM arguments; none by default. A child always gets the parent's Java home, class path and
     * module path, {@code --add-opens java.base/java.lang=ALL-UNNAMED} and {@code -XX:+ExitOnOutOfMemoryError}}
     */
    public List<String> jvmArgs() {
        return values.jvmArgs;
    }

    /**
     * {@return the receiver of the children's output; by default prints it to {@code System.err} with the process id}
     */
    public OutputHandler outputHandler() {
        return values.outputHandler;
    }

    /**
     * {@return the filter that decides which classes the parent accepts in results and exceptions; by default all
     * classes that the JVM-wide filter, if any, does not reject, except those of naming, management and remote objects,
     * which call others when they are read; null for the JVM-wide filter alone. In any case, data that would take far
     * more memory than the bytes received is rejected. To restrict the classes that a child accepts, use
     * {@code -Djdk.serialFilter=...} in {@code jvmArgs}}
     */
    public @Nullable ObjectInputFilter resultFilter() {
        return values.resultFilter;
    }

    /** {@return the default options} */
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
     * {@return these options with another receiver of the children's output}
     *
     * @param newHandler the receiver
     */
    public ProcessPoolOptions withOutputHandler(OutputHandler newHandler) {
        return new ProcessPoolOptions(new Values(values.size, values.jvmArgs, newHandler, values.resultFilter));
    }

    /**
     * {@return these options with another filter for results and exceptions}
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
