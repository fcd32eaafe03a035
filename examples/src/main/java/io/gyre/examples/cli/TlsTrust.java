package io.gyre.examples.cli;

import io.gyre.examples.tls.Pinned;
import io.gyre.net.tls.TlsOptions;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Shared by the commands that connect with TLS: which server to trust. */
final class TlsTrust {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--tls-trust",
            paramLabel = "FILE",
            description = "A PEM file: the authorities to trust, instead of those of the Java runtime.")
    private @Nullable Path authorities;

    @Option(
            names = "--tls-fingerprint",
            paramLabel = "HEX",
            description = "Trust the server's certificate by its SHA-256 fingerprint, whatever its name.")
    private @Nullable String fingerprint;

    /** {@return the options, with what they trust} Call it before the loop starts. */
    TlsOptions applyTo(TlsOptions options) {
        if (authorities != null && fingerprint != null) {
            throw new ParameterException(spec.commandLine(), "give --tls-trust or --tls-fingerprint, not both");
        }
        if (fingerprint != null) {
            try {
                return options.withTrust(new Pinned(fingerprint)).withInsecureUnverifiedHostNames();
            } catch (IllegalArgumentException malformed) {
                throw new ParameterException(
                        spec.commandLine(), "--tls-fingerprint: " + malformed.getMessage(), malformed);
            }
        }
        return authorities == null ? options : options.withTrust(authorities);
    }
}
