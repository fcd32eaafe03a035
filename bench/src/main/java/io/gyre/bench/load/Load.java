package io.gyre.bench.load;

import io.gyre.bench.options.Exchange;
import java.util.List;

/**
 * What a server is loaded with.
 *
 * @param idle how many besides that say nothing
 * @param pipelining messages under way on each connection, in the closed loop
 * @param rate messages a second over all connections, in the open loop; 0 for the closed loop
 * @param warmupMillis how long before anything is measured
 */
public record Load(
        Exchange exchange,
        int size,
        int connections,
        int idle,
        int pipelining,
        long rate,
        long warmupMillis,
        long measureMillis) {
    /** {@return as much as the server can do, or the generator} */
    public static Load closed(int size, int connections, int pipelining, long warmupMillis, long measureMillis) {
        return new Load(Exchange.MESSAGE, size, connections, 0, pipelining, 0, warmupMillis, measureMillis);
    }

    /** {@return the same, with connections that come and go if a handshake is to be repeated} */
    public Load repeating(Exchange what) {
        return new Load(what, size, connections, idle, pipelining, rate, warmupMillis, measureMillis);
    }

    public Load atRate(long messagesPerSecond) {
        return new Load(exchange, size, connections, idle, pipelining, messagesPerSecond, warmupMillis, measureMillis);
    }

    public Load lasting(long warmup, long measured) {
        return new Load(exchange, size, connections, idle, pipelining, rate, warmup, measured);
    }

    /** {@return the same load, beside connections that say nothing} */
    public Load withIdle(int count) {
        return new Load(exchange, size, connections, count, pipelining, rate, warmupMillis, measureMillis);
    }

    /** {@return the generator's options, which say what is connected} */
    public List<String> options() {
        return List.of(
                "--size=" + size,
                "--connections=" + connections,
                "--idle=" + idle,
                "--pipelining=" + pipelining,
                "--handshakes=" + exchange.option);
    }

    /** {@return what the generator is told to do once it is connected} */
    public String order() {
        return "run " + rate + " " + warmupMillis + " " + measureMillis;
    }
}
