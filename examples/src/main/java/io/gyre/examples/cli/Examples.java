package io.gyre.examples.cli;

import io.gyre.loop.TimeoutException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** Lists and runs the examples. */
@Command(
        name = "examples/run",
        mixinStandardHelpOptions = true,
        description = "Runs an example. Each takes --help.",
        synopsisSubcommandLabel = "EXAMPLE",
        commandListHeading = "%nExamples:%n",
        subcommands = {
            TutorialCommand.class,
            EchoCommand.class,
            EchoClientCommand.class,
            ChatCommand.class,
            ProxyCommand.class,
            PortScanCommand.class,
            KvCommand.class,
            KvClientCommand.class,
            TimeCommand.class,
            TimeClientCommand.class,
            RedisCommand.class,
            HttpCommand.class,
            WebSocketChatCommand.class,
            CrawlCommand.class,
            CrmCommand.class,
            EmbedCommand.class,
            GuestCommand.class
        })
public final class Examples implements Runnable {
    /** Long enough for one example per line. */
    private static final int LINE_LENGTH = 120;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private Examples() {}

    /** Without an example: lists the examples. */
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /**
     * Runs an example and exits: with status 0 on success, 1 on failure, 2 if the command line was wrong.
     *
     * @param args the name of the example and its options
     */
    public static void main(String[] args) {
        System.exit(commandLine().setOut(console()).execute(args));
    }

    /**
     * The tutorial prints Chinese, like its Python original; Python uses UTF-8 where the locale names no better
     * encoding.
     */
    private static PrintWriter console() {
        Charset charset = System.out.charset();
        return new PrintWriter(
                System.out, true, charset.newEncoder().canEncode('中') ? charset : StandardCharsets.UTF_8);
    }

    static CommandLine commandLine() {
        return new CommandLine(new Examples())
                .setUsageHelpWidth(LINE_LENGTH)
                .setParameterExceptionHandler((exception, given) -> {
                    CommandLine command = exception.getCommandLine();
                    String name = command.getCommandSpec().qualifiedName();
                    complain(command, describe(exception) + ". See " + name + " --help");
                    return CommandLine.ExitCode.USAGE;
                })
                .setExecutionExceptionHandler((exception, command, parsed) -> {
                    complain(
                            command,
                            exception instanceof IOException || exception instanceof TimeoutException
                                    ? "" + exception.getMessage()
                                    : exception.toString());
                    return CommandLine.ExitCode.SOFTWARE;
                });
    }

    private static String describe(ParameterException exception) {
        return exception instanceof UnmatchedArgumentException unmatched
                        && !unmatched.isUnknownOption()
                        && exception.getCommandLine().getParent() == null
                ? "there is no example '" + unmatched.getUnmatched().getFirst() + "'"
                : "" + exception.getMessage();
    }

    private static void complain(CommandLine command, String message) {
        command.getErr().println(command.getCommandName() + ": " + message);
        command.getErr().flush();
    }
}
