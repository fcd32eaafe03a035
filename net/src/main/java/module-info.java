/** TCP, UDP and names of hosts for tasks: streams, servers and sockets that suspend instead of blocking. */
module io.gyre.net {
    requires transitive io.gyre.loop;
    requires jdk.unsupported; // signals
    requires static transitive org.jspecify;

    exports io.gyre.net;
    exports io.gyre.net.os;
}
