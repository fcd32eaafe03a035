package io.gyre.loop.internal.poll;

/** Is told of one channel's readiness in one direction. May only make tasks or callbacks ready. */
public interface ReadinessListener {
    /**
     * The channel is ready. Called on the carrier.
     *
     * @return whether anybody was waiting; if not, the poller stops asking the system
     */
    boolean ready();

    /** The channel was closed and will never be ready. Called on the carrier or in the closing task. */
    void closed();
}
