package io.gyre.examples.cli;

import io.gyre.examples.guest.RoundTrips;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures round trips on a guest loop and on a loop of its own. */
@Command(
        name = "guest",
        mixinStandardHelpOptions = true,
        description = "Guest mode: a client on the thread of a user interface, measured beside a loop of its own.")
final class GuestCommand implements Callable<Integer> {
    private static final double NANOS_PER_MICRO = 1e3;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--trips",
            description = "Round trips to an echo server on this machine. Default: ${DEFAULT-VALUE}",
            defaultValue = "1000",
            converter = PositiveConverter.class)
    private int trips;

    @Override
    public Integer call() throws IOException, InterruptedException {
        RoundTrips.Comparison measured = RoundTrips.compare(trips);
        PrintWriter out = spec.commandLine().getOut();
        print(out, "a loop of its own", measured.ownLoop());
        print(out, "a guest", measured.guest());
        out.printf(
                Locale.ROOT,
                "The user interface shows \"%s\" and has handled %.2f events for each.%n",
                measured.shown(),
                (double) measured.events() / trips);
        out.flush();
        return 0;
    }

    private static void print(PrintWriter out, String what, Histogram latencies) {
        out.printf(
                Locale.ROOT,
                "%-18s median %6.1f µs, 99 %% below %6.1f µs%n",
                what,
                latencies.getValueAtPercentile(50) / NANOS_PER_MICRO,
                latencies.getValueAtPercentile(99) / NANOS_PER_MICRO);
    }
}
