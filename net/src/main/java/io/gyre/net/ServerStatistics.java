package io.gyre.net;

/**
 * Counts of a server.
 *
 * <p><b>Confinement:</b> immutable.
 *
 * @param accepted connections accepted
 * @param active connections being served
 * @param broken connections that the peer ended early, which is normal: it reset the connection, vanished, ended in the
 *     middle of a message, or did one of the next three
 * @param timedOut broken connections whose peer was idle or too slow
 * @param tooLarge broken connections whose peer sent more than the handler allows
 * @param handshakes broken connections whose handshake, such as that of TLS, failed
 * @param failed connections whose handler failed
 * @param shed connections closed at once because there were too many
 * @param refused connections closed at once because the gate refused them
 * @param acceptPauses how often accepting paused because the system was out of descriptors
 * @param shedLate connections closed at once because the loop was late
 * @param latePauses how often accepting paused because the loop was late
 */
public record ServerStatistics(
        long accepted,
        int active,
        long broken,
        long timedOut,
        long tooLarge,
        long handshakes,
        long failed,
        long shed,
        long refused,
        long acceptPauses,
        long shedLate,
        long latePauses) {
    /** A server that has done nothing yet. */
    static final ServerStatistics NONE = new ServerStatistics(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** {@return the sum of two servers} */
    ServerStatistics plus(ServerStatistics other) {
        return new ServerStatistics(
                accepted + other.accepted,
                active + other.active,
                broken + other.broken,
                timedOut + other.timedOut,
                tooLarge + other.tooLarge,
                handshakes + other.handshakes,
                failed + other.failed,
                shed + other.shed,
                refused + other.refused,
                acceptPauses + other.acceptPauses,
                shedLate + other.shedLate,
                latePauses + other.latePauses);
    }
}
