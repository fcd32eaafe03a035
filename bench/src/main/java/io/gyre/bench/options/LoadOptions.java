package io.gyre.bench.options;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** What an echo server is loaded with: {@code echo} and {@code load} have these options in common. */
public final class LoadOptions {
    /** Sizes of messages when none are given. */
    public static final List<Integer> SIZES = List.of(64, 1024, 16 * 1024, 100 * 1024);

    /** Numbers of connections when none are given. */
    public static final List<Integer> CONNECTIONS = List.of(1, 50, 1000);

    private static final long MILLIS_PER_SECOND = 1000;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    @Option(
            names = "--sizes",
            split = ",",
            paramLabel = "BYTES",
            converter = SizeConverter.class,
            description = "Bytes of a message; 16K is 16 KiB. Default: 64,1K,16K,100K")
    private @Nullable List<Integer> sizes;

    @Option(
            names = "--connections",
            split = ",",
            paramLabel = "N",
            description = "Connections at the same time. Default: 1,50,1000")
    private @Nullable List<Integer> connections;

    @Option(names = "--seconds", paramLabel = "S", description = "How long each measurement takes.")
    private @Nullable Double seconds;

    @Option(names = "--warmup", paramLabel = "S", description = "How long the load runs before each measurement.")
    private @Nullable Double warmup;

    @Option(
            names = "--pipelining",
            paramLabel = "N",
            defaultValue = "1",
            description = "Messages under way on each connection. Default: 1")
    private int pipelining;

    /**
     * A place in the matrix.
     *
     * @param exchange what is repeated
     * @param size bytes of a message
     * @param connections how many
     */
    public record Cell(Exchange exchange, int size, int connections) {
        private static final int KIBI = 1024;

        /** A cell of messages. */
        public Cell(int size, int connections) {
            this(Exchange.MESSAGE, size, connections);
        }

        /** {@return the size with its unit, or which handshake} */
        public String sizeLabel() {
            if (exchange != Exchange.MESSAGE) {
                return exchange.label();
            }
            return size % KIBI == 0 ? size / KIBI + " KiB" : size + " B";
        }

        /** {@return that and connections, as reports have them} */
        public String label() {
            return sizeLabel() + " × " + connections;
        }
    }

    /** {@return every size on every number of connections} */
    public List<Cell> cells(List<Integer> defaultSizes, List<Integer> defaultConnections) {
        var cells = new ArrayList<Cell>();
        for (int count : connections != null ? connections : defaultConnections) {
            for (int size : sizes != null ? sizes : defaultSizes) {
                require(size > 0 && count > 0, "sizes and connections");
                cells.add(new Cell(size, count));
            }
        }
        return List.copyOf(cells);
    }

    /** {@return the milliseconds of a measurement} */
    public long measureMillis(double defaultSeconds) {
        long chosen = millis(seconds, defaultSeconds);
        require(chosen > 0, "--seconds");
        return chosen;
    }

    /** {@return the milliseconds of load before a measurement} */
    public long warmupMillis(double defaultSeconds) {
        return millis(warmup, defaultSeconds);
    }

    /** {@return messages under way on each connection} */
    public int pipelining() {
        require(pipelining > 0, "--pipelining");
        return pipelining;
    }

    /** {@return a number of seconds in milliseconds} */
    public static long millis(@Nullable Double given, double otherwise) {
        return Math.round((given != null ? given : otherwise) * MILLIS_PER_SECOND);
    }

    private void require(boolean isRight, String what) {
        if (!isRight) {
            throw new ParameterException(command.commandLine(), what + " must be greater than 0");
        }
    }

    /** Understands 1024 and 1K. */
    static final class SizeConverter implements ITypeConverter<Integer> {
        private static final int KIBI = 1024;

        @Override
        public Integer convert(String text) {
            if (!text.matches("[1-9][0-9]{0,6}K?")) {
                throw new TypeConversionException("'" + text + "' is not a size such as 64 or 16K");
            }
            return text.endsWith("K") ? Integer.parseInt(text.replace("K", "")) * KIBI : Integer.parseInt(text);
        }
    }
}
