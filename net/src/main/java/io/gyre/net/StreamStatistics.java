package io.gyre.net;

/**
 * Counts of a stream at one moment.
 *
 * <p><b>Confinement:</b> immutable.
 *
 * @param bytesReceived how many bytes have been received, read or not
 * @param bytesSent how many bytes have been handed to the system
 * @param bytesAhead how many received bytes are kept for the next read
 * @param bytesBehind how many bytes of {@link ByteWriter#writeBuffered} are still unsent
 */
public record StreamStatistics(long bytesReceived, long bytesSent, int bytesAhead, int bytesBehind) {}
