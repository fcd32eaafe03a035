package io.gyre.examples.cli;

import io.gyre.examples.redis.RedisClient;
import io.gyre.loop.EventLoop;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Calls a command of a Redis server. */
@Command(
        name = "redis",
        mixinStandardHelpOptions = true,
        description = "Redis client over a codec of Netty's: redis --port 6379 SET key value.")
final class RedisCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ServerAddress server = new ServerAddress();

    @Parameters(arity = "1..*", paramLabel = "WORD", description = "The command and its arguments.")
    private List<String> words = List.of();

    @Override
    public Integer call() throws IOException {
        String answer = EventLoop.run(() -> {
            try (RedisClient client = RedisClient.connect(server.host(), server.port())) {
                return client.call(words.toArray(String[]::new));
            }
        });
        PrintWriter out = spec.commandLine().getOut();
        out.println(answer);
        out.flush();
        return 0;
    }
}
