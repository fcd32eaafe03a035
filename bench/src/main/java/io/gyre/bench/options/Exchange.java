package io.gyre.bench.options;

/** What is repeated on a connection, and counted. */
public enum Exchange {
    MESSAGE("message", "none"),

    /** A connection with one message: the two ends agree on keys, and the server proves who it is. */
    FULL_HANDSHAKE("full handshake", "full"),

    /** A connection with one message that goes on with the session of the one before: the proof is left out. */
    RESUMED_HANDSHAKE("resumed handshake", "resumed");

    /** Its name in reports. */
    public final String label;

    /** What the load generator calls its handshakes. */
    public final String option;

    Exchange(String label, String option) {
        this.label = label;
        this.option = option;
    }
}
