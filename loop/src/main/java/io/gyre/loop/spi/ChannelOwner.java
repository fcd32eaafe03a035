package io.gyre.loop.spi;

/**
 * What reads and writes a channel and keeps bytes of its own, such as a stream: for dumps of tasks that wait for the
 * channel.
 *
 * <p><b>Confinement:</b> any thread, at any time, while the loop goes on. So the methods must not lock or wait, and what
 * they return may be out of date.
 *
 * @see io.gyre.loop.LowLevel#awaitReadable(java.nio.channels.SelectableChannel, ChannelOwner)
 */
public interface ChannelOwner {
    /** {@return the owner in words, such as its name and its peer} */
    String description();

    /** {@return how many bytes it has received that nobody has read yet; -1 if that is not known} */
    long unreadBytes();

    /** {@return how many bytes were written to it that the channel has not taken yet; -1 if that is not known} */
    long unsentBytes();
}
