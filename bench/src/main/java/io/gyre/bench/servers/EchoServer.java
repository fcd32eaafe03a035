package io.gyre.bench.servers;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.IntConsumer;

/** Sends back what it receives, on a port of its own on loopback, with TCP_NODELAY. */
interface EchoServer {
    /** What one read may take. The same for all servers that can be told; the JVM's command line may say how much. */
    int RECEIVE_BYTES = Integer.getInteger("io.gyre.bench.receiveBytes", 64 * 1024);

    /** More than a thousand connections may come at once. */
    int BACKLOG = 1024;

    /** {@return what it is built on, with the version} */
    default String version() {
        return "this checkout, JDK " + Runtime.version();
    }

    /** Serves until the process ends. */
    void serve(IntConsumer listening) throws Exception;

    static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }
}
