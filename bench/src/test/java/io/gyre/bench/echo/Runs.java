package io.gyre.bench.echo;

import io.gyre.bench.load.Sample;
import io.gyre.bench.options.Exchange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs that have never been made. */
final class Runs {
    static final int KIBI = 1024;

    private Runs() {}

    /** A cell of the closed loop, from the processor time of each server in each round. */
    static CellResult cell(int size, int connections, Map<String, List<Double>> cpuMicros) {
        var samples = new ArrayList<Sample>();
        cpuMicros.forEach((server, rounds) -> {
            for (int round = 1; round <= rounds.size(); round++) {
                samples.add(sample(server, round, rounds.get(round - 1)));
            }
        });
        return closed(size, connections, samples);
    }

    static CellResult closed(int size, int connections, List<Sample> samples) {
        return new CellResult(
                Exchange.MESSAGE, size, connections, samples, 0, List.of(), Map.of(), Map.of(), List.of());
    }

    /** The same for the open loop. */
    static CellResult paced(Map<String, List<Double>> cpuMicros) {
        List<Sample> samples = cell(KIBI, 50, cpuMicros).closed();
        return new CellResult(Exchange.MESSAGE, KIBI, 50, List.of(), 1000, samples, Map.of(), Map.of(), List.of());
    }

    /** Half of the time in each mode; one message takes the core for that long. */
    static Sample sample(String server, int round, double cpuMicros) {
        double half = cpuMicros / 2;
        return new Sample(
                server,
                round,
                1_000,
                1e6 / cpuMicros,
                half,
                half,
                cpuMicros,
                2 * cpuMicros,
                3 * cpuMicros,
                4 * cpuMicros,
                null,
                null,
                1,
                0.5,
                0);
    }

    static Results results(CellResult... cells) {
        List<Results.Server> servers = List.of(
                server("gyre-streams", "Gyre streams"),
                server("floor", "floor"),
                server("floor-again", "floor again"),
                server("netty-nio", "Netty NIO"),
                new Results.Server("go", "Go", null, "", "install golang-go"));
        return new Results("2026-01-01 00:00 UTC", false, Map.of("kernel", "Linux 6"), servers, List.of(cells));
    }

    private static Results.Server server(String id, String label) {
        return new Results.Server(id, label, "1.0", "run " + id, null);
    }
}
