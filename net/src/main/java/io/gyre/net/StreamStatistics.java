package io.gyre.net;

/**
 * A stream at one moment.
 *
 * <p><b>Confinement:</b> immutable.
 *
 * @param bytesReceived how many bytes have come, read or not
 * @param bytesSent how many bytes have been handed to the system
 * @param bytesAhead how many of those that came are kept for the next read
 * @param bytesBehind how many bytes {@link ByteWriter#writeBuffered} has left to be sent
 */
public record StreamStatistics(long bytesReceived, long bytesSent, int bytesAhead, int bytesBehind) {}
