package io.gyre.bench.options;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What an echo server is loaded with: {@code echo} and {@code load} have these options in common. */
public final class LoadOptions {
    public static final List<Integer> SIZES = List.of(64, 1024, 16 * 1024, 100 * 1024);
    public static final List<Integer> CONNECTIONS = List.of(1, 50, 1000);

    private static final long MILLIS_PER_SECOND = 1000;

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
            converter = Positive.class,
            description = "Connections at the same time. Default: 1,50,1000")
    private @Nullable List<Integer> connections;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            converter = PositiveSeconds.class,
            description = "How long each measurement takes.")
    private @Nullable Double seconds;

    @Option(names = "--warmup", paramLabel = "S", description = "How long the load runs before each measurement.")
    private @Nullable Double warmup;

    @Option(
            names = "--pipelining",
            paramLabel = "N",
            defaultValue = "1",
            converter = Positive.class,
            description = "Messages under way on each connection. Default: 1")
    private int pipelining;

    /** A place in the matrix. */
    public record Cell(Exchange exchange, int size, int connections) {
        private static final int KIBI = 1024;

        public Cell(int size, int connections) {
            this(Exchange.MESSAGE, size, connections);
        }

        /** {@return the size with its unit, or which handshake} */
        public String sizeLabel() {
            if (exchange != Exchange.MESSAGE) {
                return exchange.label;
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
        List<Integer> chosen = sizes != null ? sizes : defaultSizes;
        return (connections != null ? connections : defaultConnections)
                .stream()
                        .flatMap(count -> chosen.stream().map(size -> new Cell(size, count)))
                        .toList();
    }

    public long measureMillis(double defaultSeconds) {
        return millis(seconds, defaultSeconds);
    }

    public long warmupMillis(double defaultSeconds) {
        return millis(warmup, defaultSeconds);
    }

    public int pipelining() {
        return pipelining;
    }

    public static long millis(@Nullable Double given, double otherwise) {
        return Math.round((given != null ? given : otherwise) * MILLIS_PER_SECOND);
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

    static final class PositiveSeconds implements ITypeConverter<Double> {
        @Override
        public Double convert(String text) {
            double seconds = Double.parseDouble(text);
            if (millis(seconds, 0) <= 0) {
                throw new TypeConversionException("'" + text + "' is not a time greater than 0");
            }
            return seconds;
        }
    }
}
