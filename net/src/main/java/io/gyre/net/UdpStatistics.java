package io.gyre.net;

/**
 * What has gone through a UDP socket. What the system drops, because nobody received it in time, is not seen here.
 *
 * <p><b>Confinement:</b> immutable.
 *
 * @param packetsReceived datagrams that were taken from the system
 * @param bytesReceived what they carried
 * @param packetsSent datagrams that the system has taken; whether they arrive is another matter
 * @param bytesSent what they carried
 */
public record UdpStatistics(long packetsReceived, long bytesReceived, long packetsSent, long bytesSent) {}
