package io.gyre.net.testing;

import io.gyre.net.ByteStream;
import java.util.EnumSet;
import java.util.Set;

/**
 * A test suite for {@link ByteStream} implementations: extend it, say how to connect two streams, and run it with JUnit
 * 5.
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
 * <p>Each rule is a separate test, with its own loop and a virtual clock: see
 * {@link io.gyre.loop.testing.LoopTest.Time#AUTOJUMP_DESPITE_IO}. After each test the streams are aborted; the rule
 * fails if a task, timer or registered channel remains that was not there before {@link #open}.
 *
 * <p>For a stream that extends {@link io.gyre.net.BufferedStream}, {@link BufferedStreamContract} has more rules.
 *
 * <p><b>Source:</b> trio {@code check_two_way_stream}.
 */
public abstract class ByteStreamContract extends CancellationRules {
    /** Behaviour in which streams may differ: the rules accept one or the other. */
    public enum Trait {
        /** {@link ByteStream#closeOutput} leaves reading open. */
        HALF_CLOSE,

        /** After {@link ByteStream#abort} the peer's reads fail; without it they may see the end of the stream. */
        RESET,

        /** A writer suspends while the peer does not read, after 64 MiB at the latest. */
        BACK_PRESSURE
    }

    /** For subclasses. */
    protected ByteStreamContract() {}

    /**
     * Connects two streams. Called in a task, at least once for each rule.
     *
     * @return the two streams, which the suite closes
     * @throws Exception fails the rule
     */
    @Override
    protected abstract StreamPair<?> open() throws Exception;

    /** {@return the optional features of the streams; all of them, unless overridden} */
    @Override
    protected Set<Trait> traits() {
        return EnumSet.allOf(Trait.class);
    }
}
