package io.gyre.net;

/**
 * What a server has done.
 *
 * <p><b>Confinement:</b> immutable.
 *
 * @param accepted connections that were accepted
 * @param active connections that are being served
 * @param broken connections that the peer reset or that vanished, which is normal
 * @param failed connections whose handler failed
 * @param shed connections that were closed at once because there were too many
 * @param acceptPauses how often accepting was paused because the system had no more descriptors
 */
public record ServerStatistics(long accepted, int active, long broken, long failed, long shed, long acceptPauses) {
    /** {@return what two servers have done together} */
    ServerStatistics plus(ServerStatistics other) {
        return new ServerStatistics(
                accepted + other.accepted,
                active + other.active,
                broken + other.broken,
                failed + other.failed,
                shed + other.shed,
                acceptPauses + other.acceptPauses);
    }
}
