package io.gyre.net.testing;

import io.gyre.net.ByteStream;
import java.util.EnumSet;
import java.util.Set;

/**
 * What every {@link ByteStream} must do, as a suite of tests: extend it, say how to connect two streams, and run it with JUnit 5.
 *
 * {@snippet :
 * final class SerialPortTest extends ByteStreamContract {
 *     @Override
 *     protected StreamPair<SerialPort> open() {
 *         return SerialPort.connectedPair();
 *     }
 * }
 * }
 *
 * <p>Each rule is a test of its own, on a loop of its own and a virtual clock: see
 * {@link io.gyre.loop.testing.LoopTest.Time#AUTOJUMP_DESPITE_IO}. After each, the streams are aborted, and a task, timer or
 * registered channel that is there then and was not before {@link #open} fails the rule.
 *
 * <p>For a stream that extends {@link io.gyre.net.BufferedStream} there are more rules in {@link BufferedStreamContract}.
 *
 * <p><b>Source:</b> trio {@code check_two_way_stream}.
 */
public abstract class ByteStreamContract extends CancellationRules {
    /** What streams may do differently: the rules ask for one or the other. */
    public enum Trait {
        /** {@link ByteStream#closeOutput} leaves reading open. */
        HALF_CLOSE,

        /** After {@link ByteStream#abort} the peer's reads fail; without it they may see the end of the stream. */
        RESET,

        /** A writer is held back while the peer does not read, after 64 MiB at the latest. */
        BACK_PRESSURE
    }

    /** For subclasses. */
    protected ByteStreamContract() {}

    /**
     * Connects two streams. Called in a task, for each rule, and several times for some.
     *
     * @return the two, which the suite closes
     * @throws Exception fails the rule
     */
    @Override
    protected abstract StreamPair<?> open() throws Exception;

    /** {@return what the streams can do that not all can; everything, unless overridden} */
    @Override
    protected Set<Trait> traits() {
        return EnumSet.allOf(Trait.class);
    }
}
