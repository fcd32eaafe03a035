package io.gyre.net;

/**
 * Counts of a UDP socket. Packets that the system drops because nobody received them in time are not included.
 *
 * <p><b>Confinement:</b> immutable.
 *
 * @param packetsReceived datagrams received from the system
 * @param bytesReceived their payload
 * @param packetsSent datagrams handed to the system; they may still be lost on the way
 * @param bytesSent their payload
 */
public record UdpStatistics(long packetsReceived, long bytesReceived, long packetsSent, long bytesSent) {}
