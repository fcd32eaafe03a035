package io.gyre.bench.servers;

import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/** The servers that this module brings along, by the name that the command line has for them. */
public enum JavaServer {
    FLOOR("floor", "bare Selector (floor)", BareSelector::new),
    GYRE_STREAMS("gyre-streams", "Gyre streams", GyreStreams::new),
    GYRE_CALLBACKS("gyre-callbacks", "Gyre callbacks", GyreCallbacks::new),
    NETTY_NIO("netty-nio", "Netty NIO", NettyEcho::nio),
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

    /** {@return whether it is compared with servers that have one core like itself} */
    public boolean hasOneLoop() {
        return this != GYRE_LOOPS;
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
