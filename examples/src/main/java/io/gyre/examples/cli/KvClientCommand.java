package io.gyre.examples.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.gyre.loop.EventLoop;
import io.gyre.net.ByteStream;
import io.gyre.net.TcpStream;
import io.gyre.net.UnixStream;
import io.gyre.net.tls.TlsOptions;
import io.gyre.net.tls.TlsStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Sends one command to a key-value server and prints the answer. */
@Command(
        name = "kv-client",
        mixinStandardHelpOptions = true,
        description = "Key-value client: one command, over TCP or a Unix socket.")
final class KvClientCommand implements Callable<Integer> {
    private static final int MAX_ANSWER_BYTES = 64 << 20;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ServerAddress server = new ServerAddress();

    @Option(names = "--unix", paramLabel = "PATH", description = "Where the server is: its Unix socket.")
    private @Nullable Path socket;

    @Option(names = "--tls", description = "Speak TLS; --tls-cert and --tls-key show a certificate of this client.")
    private boolean tls;

    @Mixin
    private TlsTrust trust = new TlsTrust();

    @Mixin
    private TlsCertificate certificate = new TlsCertificate();

    @Parameters(arity = "1..*", paramLabel = "WORD", description = "The command, such as: SET greeting hello world")
    private List<String> words = List.of();

    @Override
    public Integer call() throws IOException {
        certificate.check();
        TlsOptions given = certificate.given();
        TlsOptions options = trust.applyTo(given == null ? TlsOptions.defaults() : given);
        String answer = EventLoop.run(() -> ask(options));
        PrintWriter out = spec.commandLine().getOut();
        out.print(answer);
        out.flush();
        return answer.startsWith("ERROR") ? 1 : 0;
    }

    private ByteStream connect(TlsOptions options) throws IOException {
        if (socket != null) {
            return UnixStream.connect(socket);
        }
        return tls
                ? TlsStream.connect(server.host(), server.port(), options)
                : TcpStream.connect(server.host(), server.port());
    }

    private String ask(TlsOptions options) throws IOException {
        try (ByteStream stream = connect(options)) {
            stream.write((String.join(" ", words) + "\n").getBytes(UTF_8));
            stream.closeOutput(); // no more commands, so the server ends the connection after its answer
            return new String(stream.readAll(MAX_ANSWER_BYTES), UTF_8);
        }
    }
}
