package io.gyre.loop.sync;

/** The policy for a value that is sent while the buffer is full. */
public enum Overflow {
    /** The sender waits until there is room: nothing is lost. */
    SUSPEND,

    /** The oldest value in the buffer is dropped: receivers see the most recent values. */
    DROP_OLDEST,

    /** The new value is dropped: receivers see the oldest values. */
    DROP_LATEST
}
