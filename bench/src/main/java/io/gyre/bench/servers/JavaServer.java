package io.gyre.bench.servers;

import io.netty.handler.ssl.OpenSsl;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/** The servers that this module brings along, by the name that the command line has for them. */
public enum JavaServer {
    FLOOR("floor", "bare Selector (floor)", BareSelector::new),
    GYRE_STREAMS("gyre-streams", "Gyre streams", GyreStreams::ofTheJdk),
    GYRE_OPENSSL("gyre-openssl", "Gyre streams, OpenSSL", GyreStreams::onOpenSsl),
    GYRE_CALLBACKS("gyre-callbacks", "Gyre callbacks", GyreCallbacks::new),
    GYRE_NETTY("gyre-netty", "Gyre under Netty handlers", NettyEcho::onGyre),
    NETTY_NIO("netty-nio", "Netty NIO", NettyEcho::nio),
    NETTY_OPENSSL("netty-openssl", "Netty NIO, OpenSSL", NettyEcho::onOpenSsl),
    NETTY_EPOLL("netty-epoll", "Netty epoll", NettyEcho::epoll),
    VERTX("vertx", "Vert.x", VertxEcho::new),
    VIRTUAL_THREADS("virtual-threads", "JDK virtual threads", VirtualThreads::new),
    GYRE_LOOPS("gyre-loops", "Gyre streams on several loops", GyreLoops::new),
    FLOOR_AGAIN("floor-again", "bare Selector (again)", BareSelector::new);

    private final String id;
    private final String label;

    @SuppressWarnings("ImmutableEnumChecker") // none of the constructors above has a state
    private final Supplier<EchoServer> server;

    JavaServer(String id, String label, Supplier<EchoServer> server) {
        this.id = id;
        this.label = label;
        this.server = server;
    }

    /** {@return its name on the command line and in the results} */
    public String id() {
        return id;
    }

    /** {@return its name in the report} */
    public String label() {
        return label;
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

    /** {@return what its JVM needs beyond what all get} */
    public List<String> jvmOptions() {
        // The server has one core. More carriers than cores would only add switches.
        return this == VIRTUAL_THREADS
                ? List.of("-Djdk.virtualThreadScheduler.parallelism=1", "-Djdk.virtualThreadScheduler.maxPoolSize=1")
                : List.of();
    }

    static JavaServer of(String id) {
        return Arrays.stream(values())
                .filter(server -> server.id.equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no server " + id));
    }

    EchoServer create() {
        return server.get();
    }
}
