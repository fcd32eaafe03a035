package io.gyre.net;

/**
 * How far a server has come. It goes from top to bottom, and may leave states out.
 *
 * <pre>
 *   SERVING ── stopAccepting ──▶ STOPPED ── drain ──▶ DRAINING ── time is up, close ──▶ CLOSING ──▶ CLOSED
 * </pre>
 */
public enum ServerState {
    /** Accepts connections and serves them. */
    SERVING,

    /** Accepts no more; those that are there go on as they like. */
    STOPPED,

    /** Accepts no more, and lets those that are there come to an end: they read what has arrived, and then the end of the stream. */
    DRAINING,

    /** The handlers have been cancelled, and are awaited. */
    CLOSING,

    /** Nothing is left. */
    CLOSED
}
