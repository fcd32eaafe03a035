/** TCP, UDP, host names and programs for tasks: streams, servers and sockets that suspend instead of blocking. */
module io.gyre.net {
    requires transitive io.gyre.loop;
    requires jdk.unsupported; // signals
    requires static transitive org.jspecify;
    requires static org.junit.jupiter.api;
    requires static io.netty.buffer;
    requires static transitive io.netty.common;
    requires static io.netty.handler;
    requires static transitive io.netty.resolver;
    requires static transitive io.netty.transport;

    exports io.gyre.net;
    exports io.gyre.net.dns;
    exports io.gyre.net.netty;
    exports io.gyre.net.os;
    exports io.gyre.net.testing;
    exports io.gyre.net.tls;

    opens io.gyre.net.testing to
            org.junit.platform.commons;
}
