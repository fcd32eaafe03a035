package io.gyre.examples.cli;

import static io.gyre.loop.Async.offload;

import io.gyre.examples.tls.SelfSigned;
import io.gyre.net.tls.TlsOptions;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Shared by the commands that show a certificate: its files. */
final class TlsCertificate {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--tls-cert",
            paramLabel = "FILE",
            description = "A PEM file: the certificate of this end, followed by its signers.")
    private @Nullable Path certificate;

    @Option(names = "--tls-key", paramLabel = "FILE", description = "A PEM file: the key of --tls-cert.")
    private @Nullable Path key;

    /** Throws unless both files are given, or none. Call it before the loop starts. */
    void check() {
        if ((certificate == null) != (key == null)) {
            throw new ParameterException(spec.commandLine(), "--tls-cert and --tls-key belong together");
        }
    }

    /** {@return options with the certificate; null if there is none} */
    @Nullable
    TlsOptions given() {
        return certificate == null || key == null ? null : TlsOptions.defaults().withIdentity(certificate, key);
    }

    /** {@return options of a server; without files, its certificate is made now, and its fingerprint printed} Suspends. */
    TlsOptions forServer() throws IOException {
        TlsOptions given = given();
        if (given != null) {
            return given;
        }
        return makeForThisRun().identity();
    }

    /** {@return what {@link #forServer} returns, for Netty's TLS} Suspends. */
    SslContextBuilder forNetty() throws IOException {
        Path chainFile = certificate;
        Path keyFile = key;
        if (chainFile != null && keyFile != null) {
            return offload(() -> SslContextBuilder.forServer(chainFile.toFile(), keyFile.toFile()));
        }
        SelfSigned made = makeForThisRun();
        return SslContextBuilder.forServer(made.key(), made.certificate());
    }

    private static SelfSigned makeForThisRun() throws IOException {
        SelfSigned made = SelfSigned.make();
        System.err.println("TLS with a certificate made for this run, with the fingerprint " + made.fingerprint());
        return made;
    }
}
