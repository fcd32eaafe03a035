package io.gyre.net;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * Sees the bytes that a stream receives and sends.
 *
 * <p><b>Confinement:</b> called on the loop thread, in the task that reads or writes; must not suspend.
 *
 * <p><b>Source:</b> Netty {@code LoggingHandler}.
 */
public interface WireLog {
    /**
     * Called when bytes have been received.
     *
     * @param stream the stream
     * @param bytes read-only, valid during this call
     */
    void received(ByteStream stream, ByteBuffer bytes);

    /**
     * Called when bytes have been handed to the system.
     *
     * @param stream the stream
     * @param bytes read-only, valid during this call
     */
    void sent(ByteStream stream, ByteBuffer bytes);

    /**
     * {@return a log of all bytes in hexadecimal and as text, 16 bytes per line}
     *
     * @param logger receives one message for each read or write
     * @param level the level of the messages; if it is disabled, nothing is formatted
     */
    static WireLog hexDump(System.Logger logger, System.Logger.Level level) {
        return new WireLog() {
            @Override
            public void received(ByteStream stream, ByteBuffer bytes) {
                log(stream, "received", bytes);
            }

            @Override
            public void sent(ByteStream stream, ByteBuffer bytes) {
                log(stream, "sent", bytes);
            }

            private void log(ByteStream stream, String direction, ByteBuffer bytes) {
                if (logger.isLoggable(level)) {
                    logger.log(level, stream + " " + direction + " " + bytes.remaining() + " bytes" + dump(bytes));
                }
            }
        };
    }

    private static String dump(ByteBuffer bytes) {
        var text = new StringBuilder();
        byte[] row = new byte[16];
        for (int offset = 0; bytes.hasRemaining(); offset += row.length) {
            int length = Math.min(row.length, bytes.remaining());
            bytes.get(row, 0, length);
            String hex = HexFormat.ofDelimiter(" ").formatHex(row, 0, length);
            text.append(String.format("%n%08x  %-47s  ", offset, hex));
            for (int i = 0; i < length; i++) {
                text.append(row[i] >= ' ' && row[i] < 0x7f ? (char) row[i] : '.');
            }
        }
        return text.toString();
    }
}
