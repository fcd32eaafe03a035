package io.gyre.net.tls;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Objects;

/** The certificates and keys of the tests; the script beside them makes them anew. */
public final class Certified {
    private Certified() {}

    /** {@return the path of a file} */
    public static Path file(String name) {
        try {
            return Path.of(Objects.requireNonNull(Certified.class.getResource(name), name)
                    .toURI());
        } catch (URISyntaxException impossible) {
            throw new IllegalArgumentException(name, impossible);
        }
    }

    /** {@return options of a server with this certificate} */
    public static TlsOptions server(String name) {
        return TlsOptions.defaults().withIdentity(file(name + ".pem"), file(name + "-key.pem"));
    }

    /** {@return options of a server whose certificate is for localhost} */
    public static TlsOptions server() {
        return server("server");
    }

    /** {@return options of a client that trusts the authority of the tests} */
    public static TlsOptions client() {
        return TlsOptions.defaults().withTrust(file("authority.pem"));
    }
}
