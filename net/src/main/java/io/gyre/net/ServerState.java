package io.gyre.net;

/**
 * The state of a server. States run from top to bottom; some may be skipped.
 *
 * <pre>
 *   SERVING ── stopAccepting ──▶ STOPPED ── drain ──▶ DRAINING ── time is up, close ──▶ CLOSING ──▶ CLOSED
 * </pre>
 */
public enum ServerState {
    /** Accepts connections and serves them. */
    SERVING,

    /** Accepts no more; existing connections continue. */
    STOPPED,

    /**
     * Accepts no more, and lets existing connections finish: they read what has arrived, then the end of the stream.
     */
    DRAINING,

    /** The handlers are cancelled; the server waits for them to end. */
    CLOSING,

    /** Nothing is left. */
    CLOSED
}
