package io.gyre.bench;

import io.gyre.bench.echo.Echo;
import io.gyre.bench.load.LoadCommand;
import io.gyre.bench.micro.Micro;
import io.gyre.bench.options.RunOptions;
import io.gyre.bench.overload.Overload;
import io.gyre.bench.scale.Scale;
import java.util.List;
import java.util.concurrent.Callable;

/** Starts the commands of {@code bench/run}. */
public final class Main {
    private Main() {}

    /**
     * Runs a command, and exits.
     *
     * @param arguments the command, then what it takes; see its {@code --help}
     */
    public static void main(String[] arguments) {
        Callable<Integer> command = command(arguments[0]);
        String[] rest = List.of(arguments).subList(1, arguments.length).toArray(String[]::new);
        System.exit(RunOptions.commandLine(command).execute(rest));
    }

    private static Callable<Integer> command(String name) {
        return switch (name) {
            case "micro" -> new Micro();
            case "echo" -> new Echo();
            case "load" -> new LoadCommand();
            case "scale" -> new Scale();
            case "overload" -> new Overload();
            default -> throw new IllegalArgumentException("no command " + name);
        };
    }
}
