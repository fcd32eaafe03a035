package io.gyre.bench.options;

import io.gyre.bench.process.Cores;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
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

    /** {@return the two cores} */
    public Cores cores() {
        String message = null;
        if (serverCore < 0 || generatorCore < 0) {
            message = "the numbers of cores must not be negative";
        } else if (serverCore == generatorCore) {
            message = "Server and generator need a core each, and both are to run on core " + serverCore
                    + "; this process may use "
                    + Runtime.getRuntime().availableProcessors() + ".";
        }
        if (message != null) {
            throw new ParameterException(command.commandLine(), message);
        }
        return new Cores(serverCore, generatorCore);
    }
}
