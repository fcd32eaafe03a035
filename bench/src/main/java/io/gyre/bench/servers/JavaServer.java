package io.gyre.bench.servers;

import io.netty.handler.ssl.OpenSsl;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/** The servers that this module brings along, by the name that the command line has for them. */
public enum JavaServer {
    FLOOR("bare Selector (floor)", BareSelector::new),
    GYRE_STREAMS("Gyre streams", GyreStreams::ofTheJdk),
    GYRE_OPENSSL("Gyre streams, OpenSSL", GyreStreams::onOpenSsl),
    GYRE_CALLBACKS("Gyre callbacks", GyreCallbacks::new),
    GYRE_NETTY("Gyre under Netty handlers", NettyEcho::onGyre),
    NETTY_NIO("Netty NIO", NettyEcho::nio),
    NETTY_OPENSSL("Netty NIO, OpenSSL", NettyEcho::onOpenSsl),
    NETTY_EPOLL("Netty epoll", NettyEcho::epoll),
    VERTX("Vert.x", VertxEcho::new),
    VIRTUAL_THREADS("JDK virtual threads", VirtualThreads::new),
    GYRE_LOOPS("Gyre streams on several loops", GyreLoops::new),
    FLOOR_AGAIN("bare Selector (again)", BareSelector::new);

    final String label;

    @SuppressWarnings("ImmutableEnumChecker") // none of the constructors above has a state
    private final Supplier<EchoServer> server;

    JavaServer(String label, Supplier<EchoServer> server) {
        this.label = label;
        this.server = server;
    }

    /** {@return whether it takes part in the echo benchmark, with TLS or without} */
    boolean isCompared(boolean withTls) {
        return switch (this) {
            case FLOOR, FLOOR_AGAIN, GYRE_STREAMS, NETTY_NIO, VIRTUAL_THREADS -> true;
            case GYRE_OPENSSL, NETTY_OPENSSL -> withTls;
            case GYRE_CALLBACKS, GYRE_NETTY, NETTY_EPOLL, VERTX -> !withTls;
            case GYRE_LOOPS -> false; // it has several
        };
    }

    /** {@return whether it needs what this machine does not have} */
    boolean isMissing() {
        return (this == GYRE_OPENSSL || this == NETTY_OPENSSL) && !OpenSsl.isAvailable();
    }

    public List<String> jvmOptions() {
        // The server has one core. More carriers than cores would only add switches.
        return this == VIRTUAL_THREADS
                ? List.of("-Djdk.virtualThreadScheduler.parallelism=1", "-Djdk.virtualThreadScheduler.maxPoolSize=1")
                : List.of();
    }

    /** {@return its name on the command line and in the results} */
    String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static JavaServer of(String id) {
        return valueOf(id.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    EchoServer create() {
        return server.get();
    }
}
