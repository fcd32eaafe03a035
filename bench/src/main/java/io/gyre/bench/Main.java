package io.gyre.bench;

import io.gyre.bench.echo.Echo;
import io.gyre.bench.load.LoadCommand;
import io.gyre.bench.micro.Micro;
import io.gyre.bench.options.BenchCommand;
import io.gyre.bench.overload.Overload;
import io.gyre.bench.scale.Scale;
import java.util.List;

/** Starts the commands of {@code bench/run}. The first argument is the command, and the others are its own. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        BenchCommand<?> command =
                switch (arguments[0]) {
                    case "micro" -> new Micro();
                    case "echo" -> new Echo();
                    case "load" -> new LoadCommand();
                    case "scale" -> new Scale();
                    case "overload" -> new Overload();
                    default -> throw new IllegalArgumentException("no command " + arguments[0]);
                };
        String[] rest = List.of(arguments).subList(1, arguments.length).toArray(String[]::new);
        System.exit(BenchCommand.commandLine(command).execute(rest));
    }
}
