package io.gyre.bench.options;

import io.gyre.bench.process.Cores;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Which core serves and which one loads. */
public final class CoreOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    @Option(
            names = "--server-core",
            paramLabel = "N",
            defaultValue = "0",
            description = "The core of what is measured. Default: 0")
    private int serverCore;

    @Option(
            names = "--generator-core",
            paramLabel = "N",
            defaultValue = "1",
            description = "The core of the load generator and everything else. Default: 1")
    private int generatorCore;

    public Cores cores() {
        BenchCommand.require(
                command, serverCore >= 0 && generatorCore >= 0, "the numbers of cores must not be negative");
        BenchCommand.require(
                command,
                serverCore != generatorCore,
                "Server and generator need a core each, and both are to run on core " + serverCore
                        + "; this process may use " + Runtime.getRuntime().availableProcessors() + ".");
        return new Cores(serverCore, generatorCore);
    }
}
