package io.gyre.bench.load;

import io.gyre.bench.process.Child;
import io.gyre.bench.process.Cores;
import io.gyre.bench.process.Tools;
import io.gyre.bench.process.Workshop;
import io.gyre.bench.servers.ServerProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Builds the load generator, and connects it with servers. */
public final class LoadGenerator {
    private static final List<String> SOURCES =
            List.of("load/pattern.h", "load/histogram.h", "load/pace.h", "load/wire.h");

    /**
     * Ahead of what else runs on its core, this JVM above all, which would make it late in the open loop. Where that is not
     * allowed, nice says so and goes on.
     */
    private static final List<String> NICE = List.of("nice", "-n", "-10");

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String LOOPBACK = "127.0.0.1";

    private final Path program;
    private final Workshop workshop;
    private final Cores cores;
    private final Duration patience;
    private final AtomicInteger started = new AtomicInteger();

    private LoadGenerator(Path program, Workshop workshop, Cores cores, Duration patience) {
        this.patience = patience;
        this.program = program;
        this.workshop = workshop;
        this.cores = cores;
    }

    public static LoadGenerator build(Workshop workshop, Tools tools, Cores cores)
            throws IOException, InterruptedException {
        return build(workshop, tools, cores, "load");
    }

    public static LoadGenerator buildForTls(Workshop workshop, Tools tools, Cores cores)
            throws IOException, InterruptedException {
        try {
            return build(workshop, tools, cores, "load-tls", "-DTLS", "-lssl", "-lcrypto");
        } catch (IOException failure) {
            throw new IOException(
                    "Without OpenSSL 3 there is no load over TLS: install libssl-dev. " + failure.getMessage(),
                    failure);
        }
    }

    private static LoadGenerator build(Workshop workshop, Tools tools, Cores cores, String name, String... options)
            throws IOException, InterruptedException {
        Path gcc = tools.find("gcc")
                .orElseThrow(
                        () -> new IOException(
                                "The load generator is written in C, and there is no gcc on the PATH. Install gcc and libc6-dev."));
        for (String source : SOURCES) {
            workshop.layOut(source);
        }
        Path program = workshop.compileC(gcc, workshop.layOut("load/load.c"), name, options);
        return new LoadGenerator(program, workshop, cores, PATIENCE);
    }

    /** {@return the same generator, which waits for so long for anything that a server owes} */
    LoadGenerator withPatience(Duration thisLong) {
        return new LoadGenerator(program, workshop, cores, thisLong);
    }

    public List<String> command(String port, Load load) {
        return command(LOOPBACK, port, load);
    }

    private List<String> command(String host, String port, Load load) {
        var command = new ArrayList<>(NICE);
        command.addAll(List.of(
                program.toString(), "--host=" + host, "--port=" + port, "--patience-ms=" + patience.toMillis()));
        command.addAll(load.options());
        return cores.onGenerator(command);
    }

    /**
     * Connects with a server.
     *
     * @return the connections, each of which has been served once
     */
    public Connections connect(int port, Load load) throws IOException, InterruptedException {
        return connect(LOOPBACK, port, load);
    }

    /**
     * Connects with a server anywhere.
     *
     * @param host a name or an address, without brackets
     */
    public Connections connect(String host, int port, Load load) throws IOException, InterruptedException {
        Path errors = workshop.errorsOf("load-" + started.incrementAndGet()); // many live at the same time
        Child generator = Child.start("the load generator", command(host, Integer.toString(port), load), errors);
        return Connections.of(generator, load);
    }

    /** Loads a server for a while, to warm it up, on connections of that time. */
    public void warmUp(ServerProcess server, Load load) throws IOException, InterruptedException {
        try (Connections connections = connect(server.port(), load)) {
            connections.run();
            connections.disconnect();
        }
    }

    /** {@return what one run comes to, on connections of its own} */
    public Sample measure(ServerProcess server, Load load) throws IOException, InterruptedException {
        try (Connections connections = connect(server.port(), load)) {
            Sample sample = connections.measure(server, load, 1, latencies -> {});
            connections.disconnect();
            return sample;
        }
    }
}
