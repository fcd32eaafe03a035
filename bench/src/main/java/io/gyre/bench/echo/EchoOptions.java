package io.gyre.bench.echo;

import io.gyre.bench.echo.Settings.Cell;
import io.gyre.bench.echo.process.Cores;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** What can be chosen. What is not depends on whether the run is a quick one. */
final class EchoOptions {
    private static final long MILLIS_PER_SECOND = 1000;
    private static final List<Integer> SIZES = List.of(64, 1024, 16 * 1024, 100 * 1024);
    private static final List<Integer> QUICK_SIZES = List.of(1024, 100 * 1024);
    private static final List<Integer> CONNECTIONS = List.of(1, 50, 1000);
    private static final List<Integer> QUICK_CONNECTIONS = List.of(50);
    /** Makes the noise a few percent in a quiet hour, in which the whole matrix is through. */
    private static final int ROUNDS = 40;
    /** Many short runs rather than a few long ones: what disturbs a shared machine lasts for seconds. */
    private static final double SECONDS = 0.2;
    /** About one pass of the faster servers over 1,000 connections with the largest messages. */
    private static final double WARM_UP_SECONDS = 0.05;

    private static final double FIRST_WARM_UP_SECONDS = 4;
    private static final double QUICK_FIRST_WARM_UP_SECONDS = 0.5;
    private static final long TRACE_MILLIS = 500;
    private static final long QUICK_TRACE_MILLIS = 100;

    @Option(
            names = "--quick",
            description = "Only see that everything runs, in a minute or two. The figures mean nothing.")
    private boolean quick;

    @Option(
            names = "--servers",
            split = ",",
            paramLabel = "ID",
            description = "Which servers; both floors always run. Default: all that are there.")
    private List<String> servers = new ArrayList<>();

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

    @Option(names = "--rounds", paramLabel = "N", description = "How often each server is measured. Default: 40")
    private @Nullable Integer rounds;

    @Option(names = "--seconds", paramLabel = "S", description = "How long each time. Default: 0.2")
    private @Nullable Double seconds;

    @Option(names = "--warmup", paramLabel = "S", description = "How long before that, each time. Default: 0.05")
    private @Nullable Double warmup;

    @Option(
            names = "--first-warmup",
            paramLabel = "S",
            description = "How long a new JVM is loaded before it is measured for the first time. Default: 4")
    private @Nullable Double firstWarmup;

    @Option(
            names = "--pipelining",
            paramLabel = "N",
            defaultValue = "1",
            description = "Messages under way on each connection. Default: 1")
    private int pipelining;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description =
                    "Messages per second in the open loop, over all connections; 0 leaves that part out. Default: half of"
                            + " what the slowest of the servers compared there can do in the closed loop.")
    private @Nullable Long rate;

    @Option(
            names = "--server-core",
            paramLabel = "N",
            defaultValue = "0",
            description = "The core that servers run on. Default: 0")
    private int serverCore;

    @Option(
            names = "--generator-core",
            paramLabel = "N",
            defaultValue = "1",
            description = "The core that the load generator runs on. Default: 1")
    private int generatorCore;

    List<String> servers() {
        return servers;
    }

    boolean isQuick() {
        return quick;
    }

    /**
     * {@return what is asked for}
     *
     * @throws ParameterException if that makes no sense
     */
    Settings settings(CommandLine commandLine) {
        check(commandLine);
        return new Settings(
                cells(),
                servers,
                chosenRounds(),
                measureMillis(),
                warmupMillis(),
                firstWarmupMillis(),
                pipelining,
                rate == null ? Settings.HALF : rate,
                quick ? QUICK_TRACE_MILLIS : TRACE_MILLIS,
                new Cores(serverCore, generatorCore));
    }

    private List<Cell> cells() {
        var cells = new ArrayList<Cell>();
        for (int count : chosen(connections, CONNECTIONS, QUICK_CONNECTIONS)) {
            for (int size : chosen(sizes, SIZES, QUICK_SIZES)) {
                cells.add(new Cell(size, count));
            }
        }
        return List.copyOf(cells);
    }

    private void check(CommandLine commandLine) {
        int processors = Runtime.getRuntime().availableProcessors();
        require(
                commandLine,
                cells().stream().allMatch(c -> c.size() > 0 && c.connections() > 0),
                "sizes and connections");
        require(commandLine, chosenRounds() > 0, "--rounds");
        require(commandLine, measureMillis() > 0, "--seconds");
        require(commandLine, pipelining > 0, "--pipelining");
        require(commandLine, serverCore >= 0 && generatorCore >= 0, "the numbers of cores");
        if (serverCore == generatorCore) {
            throw new ParameterException(
                    commandLine,
                    "Server and generator need a core each, and both are to run on core " + serverCore
                            + "; this process may" + " use " + processors + ".");
        }
    }

    private static void require(CommandLine commandLine, boolean isRight, String what) {
        if (!isRight) {
            throw new ParameterException(commandLine, what + " must be greater than 0");
        }
    }

    /** {@return the settings in words, by name} */
    Map<String, String> about() {
        var about = new LinkedHashMap<String, String>();
        about.put(
                "rounds",
                chosenRounds() + " of " + measureMillis() + " ms, each after "
                        + warmupMillis()
                        + " ms of warm-up, on connections that stay; a new JVM is loaded for "
                        + firstWarmupMillis()
                        + " ms before its first");
        about.put("pipelining", Integer.toString(pipelining));
        about.put(
                "pinning",
                "servers on core " + serverCore + ", load generator on core " + generatorCore
                        + "; all servers of a cell are alive, one is loaded");
        about.put(
                "receive buffer",
                "64 KiB. Exceptions, which cannot be told: Vert.x adapts, up to 64 KiB; uvloop has 256,000 bytes");
        about.put("TCP_NODELAY", "on, in all servers and in the generator");
        return about;
    }

    private int chosenRounds() {
        return rounds != null ? rounds : quick ? 1 : ROUNDS;
    }

    private List<Integer> chosen(@Nullable List<Integer> given, List<Integer> normal, List<Integer> ifQuick) {
        return given != null ? given : quick ? ifQuick : normal;
    }

    private long measureMillis() {
        return millis(seconds, SECONDS);
    }

    private long warmupMillis() {
        return millis(warmup, WARM_UP_SECONDS);
    }

    private long firstWarmupMillis() {
        return millis(firstWarmup, quick ? QUICK_FIRST_WARM_UP_SECONDS : FIRST_WARM_UP_SECONDS);
    }

    private static long millis(@Nullable Double given, double otherwise) {
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
}
