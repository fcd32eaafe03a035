package io.gyre.loop.internal.poll;

/** Learns of one channel's readiness in one direction. Must only make something ready to run. */
public interface ReadinessListener {
    /**
     * The channel is ready. Called on the carrier.
     *
     * @return whether anybody wanted to know; if not, the poller stops asking the system
     */
    boolean ready();

    /** The channel was closed, and will never be ready. Called on the carrier, or in the task that closes. */
    void closed();
}
