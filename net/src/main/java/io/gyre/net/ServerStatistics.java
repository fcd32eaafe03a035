package io.gyre.net;

/**
 * What a server has done.
 *
 * <p><b>Confinement:</b> immutable.
 *
 * @param accepted connections that were accepted
 * @param active connections that are being served
 * @param broken connections that ended early by what the peer has done or not done, which is normal: it reset the connection,
 *     vanished, ended in the middle of a message, or one of the next two
 * @param timedOut how many of the broken ones ended because the peer was idle or too slow
 * @param tooLarge how many of the broken ones ended because the peer sent more than the handler allows
 * @param failed connections whose handler failed
 * @param shed connections that were closed at once because there were too many
 * @param acceptPauses how often accepting was paused because the system had no more descriptors
 */
public record ServerStatistics(
        long accepted,
        int active,
        long broken,
        long timedOut,
        long tooLarge,
        long failed,
        long shed,
        long acceptPauses) {
    /** Of a server that has done nothing yet. */
    static final ServerStatistics NONE = new ServerStatistics(0, 0, 0, 0, 0, 0, 0, 0);

    /** {@return what two servers have done together} */
    ServerStatistics plus(ServerStatistics other) {
        return new ServerStatistics(
                accepted + other.accepted,
                active + other.active,
                broken + other.broken,
                timedOut + other.timedOut,
                tooLarge + other.tooLarge,
                failed + other.failed,
                shed + other.shed,
                acceptPauses + other.acceptPauses);
    }
}
