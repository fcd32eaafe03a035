package io.gyre.bench.scale;

import io.gyre.bench.echo.process.Cores;
import io.gyre.bench.scale.report.Part;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What can be chosen. */
final class ScaleOptions {
    private static final List<Integer> COUNTS = List.of(1_000, 10_000, 100_000, 1_000_000);
    private static final List<Integer> QUICK_COUNTS = List.of(1_000, 10_000);
    private static final List<Integer> CONNECTIONS = List.of(10, 100, 1_000, 10_000);
    /** With the largest of all: that is what may not run. */
    private static final List<Integer> QUICK_CONNECTIONS = List.of(10, 10_000);

    private static final int REMEMBERED = 1_000_000;
    private static final int QUICK_REMEMBERED = 10_000;
    private static final int HELD = 10_000;
    private static final int QUICK_HELD = 1_000;
    private static final int ROUNDS = 5;
    private static final long WARM_UP_MILLIS = 2_000;
    private static final long QUICK_WARM_UP_MILLIS = 200;
    private static final long MEASURE_MILLIS = 800;
    private static final long QUICK_MEASURE_MILLIS = 100;

    @Option(
            names = "--quick",
            description = "Only see that everything runs, in about a minute. The figures mean nothing.")
    private boolean quick;

    @Option(names = "--rounds", paramLabel = "N", description = "How often everything is measured. Default: 5")
    private @Nullable Integer rounds;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "PART",
            description = "Which parts: tasks, timers, connections, loops, memory. Default: all.")
    private List<Part> only = new ArrayList<>();

    @Option(
            names = "--server-core",
            paramLabel = "N",
            defaultValue = "0",
            description = "The core that what is measured runs on. Default: 0")
    private int serverCore;

    @Option(
            names = "--generator-core",
            paramLabel = "N",
            defaultValue = "1",
            description = "The core that everything else runs on. Default: 1")
    private int generatorCore;

    boolean isQuick() {
        return quick;
    }

    /**
     * {@return what is asked for}
     *
     * @throws ParameterException if that makes no sense
     */
    ScaleSettings settings(CommandLine commandLine) {
        if (chosenRounds() <= 0) {
            throw new ParameterException(commandLine, "--rounds must be greater than 0");
        }
        if (serverCore < 0 || generatorCore < 0 || serverCore == generatorCore) {
            throw new ParameterException(
                    commandLine,
                    "Server and generator need a core each, and are to run on " + serverCore + " and " + generatorCore
                            + ".");
        }
        return new ScaleSettings(
                List.of(Part.values()).stream()
                        .filter(part -> only.isEmpty() || only.contains(part))
                        .toList(),
                chosenRounds(),
                quick ? QUICK_COUNTS : COUNTS,
                quick ? QUICK_CONNECTIONS : CONNECTIONS,
                quick ? QUICK_REMEMBERED : REMEMBERED,
                quick ? QUICK_HELD : HELD,
                quick ? QUICK_WARM_UP_MILLIS : WARM_UP_MILLIS,
                quick ? QUICK_MEASURE_MILLIS : MEASURE_MILLIS,
                new Cores(serverCore, generatorCore));
    }

    private int chosenRounds() {
        return rounds != null ? rounds : quick ? 1 : ROUNDS;
    }

    /** {@return the settings in words, by name} */
    Map<String, String> about(ScaleSettings settings) {
        var about = new LinkedHashMap<String, String>();
        about.put(
                "rounds",
                settings.rounds() + ", each with figures of " + settings.measureMillis() + " ms; a JVM warms up for "
                        + settings.warmupMillis() + " ms; odd rounds forwards, even ones backwards");
        about.put(
                "pinning",
                "what is measured on core " + serverCore + ", load generator and the rest on core " + generatorCore
                        + "; in the part about loops server and generator have both cores");
        about.put(
                "receive buffer", "4 KiB for each connection where each has one (streams, virtual threads), or shared");
        return about;
    }
}
