package io.gyre.examples.cli;

import io.gyre.examples.portscan.PortScanner;
import io.gyre.examples.portscan.PortScanner.Result;
import io.gyre.examples.portscan.PortScanner.State;
import io.gyre.net.os.Signals;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Scans the ports of a host: results on standard output, progress on standard error. */
@Command(
        name = "portscan",
        mixinStandardHelpOptions = true,
        description = {
            "Port scanner: limited concurrency, time-outs, a progress bar, a quiet end on Ctrl-C.",
            "Scan machines of your own only: others take it for an attack."
        })
final class PortScanCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "HOST", description = "The host to scan: a name or an address.")
    private String host = "";

    @Option(
            names = "--ports",
            description = "Such as 22,80,8000-8080. Default: ${DEFAULT-VALUE}",
            defaultValue = "1-1024",
            converter = PortsConverter.class)
    private PortsConverter.Ports ports = new PortsConverter.Ports(List.of());

    @Option(
            names = "--concurrency",
            description = "Ports tried at the same time. Default: ${DEFAULT-VALUE}",
            defaultValue = "100",
            converter = PositiveConverter.class)
    private int concurrency;

    @Option(
            names = "--timeout",
            description = "Milliseconds that a port may take to answer. Default: ${DEFAULT-VALUE}",
            defaultValue = "500",
            converter = PositiveConverter.class)
    private int timeoutMillis;

    @Override
    public Integer call() throws IOException {
        var scanner = new PortScanner(concurrency, Duration.ofMillis(timeoutMillis));
        var results = new ArrayList<Result>();
        int exitCode;
        try (var bar = ProgressOnTerminal.open(host, ports.each().size())) {
            exitCode = Signals.runMain(() -> {
                results.addAll(scanner.scan(host, ports.each(), bar::step));
            });
        }
        if (exitCode == 0) {
            print(results);
        }
        return exitCode;
    }

    private void print(List<Result> results) {
        PrintWriter out = spec.commandLine().getOut();
        results.stream()
                .filter(result -> result.state() == State.OPEN)
                .forEach(result -> out.println(result.port() + "/tcp open"));
        var counts = results.stream().collect(Collectors.groupingBy(Result::state, Collectors.counting()));
        counts.forEach((state, count) -> out.println("# " + state.name().toLowerCase(Locale.ROOT) + ": " + count));
        out.flush();
    }
}
