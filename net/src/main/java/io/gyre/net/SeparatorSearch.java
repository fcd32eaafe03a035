package io.gyre.net;

import java.nio.charset.StandardCharsets;

/** Looks for the first of several separators in the received bytes, visiting each byte once. */
final class SeparatorSearch {
    private final ReadAhead bytes;
    private final byte[][] separators;
    private final int longest;
    private int searched;
    private int start = -1;
    private int end = -1;

    SeparatorSearch(ReadAhead bytes, byte[][] separators) {
        int max = 0;
        for (byte[] separator : separators) {
            if (separator.length == 0) {
                throw new IllegalArgumentException("a separator is empty, and would be found everywhere");
            }
            max = Math.max(max, separator.length);
        }
        if (max == 0) {
            throw new IllegalArgumentException("there is no separator to look for");
        }
        this.bytes = bytes;
        this.separators = separators;
        this.longest = max;
    }

    /** {@return whether a separator was found} Examines the bytes received since the last call. */
    boolean found() {
        for (; end < 0 && searched < bytes.size(); searched++) {
            for (byte[] separator : separators) {
                if (endsWith(separator, searched + 1) && (end < 0 || searched + 1 - separator.length < start)) {
                    end = searched + 1;
                    start = end - separator.length;
                }
            }
        }
        return end >= 0;
    }

    private boolean endsWith(byte[] separator, int candidate) {
        int offset = candidate - separator.length;
        if (offset < 0) {
            return false;
        }
        for (int i = separator.length - 1; i >= 0; i--) {
            if (bytes.at(offset + i) != separator[i]) {
                return false;
            }
        }
        return true;
    }

    /** {@return how many bytes precede the separator} */
    int start() {
        return start;
    }

    /** {@return how many bytes there are up to its end} */
    int end() {
        return end;
    }

    int longestSeparator() {
        return longest;
    }

    /** {@return a description of the separators} */
    String describe() {
        var text = new StringBuilder();
        for (byte[] separator : separators) {
            text.append(text.isEmpty() ? "" : " or ")
                    .append('"')
                    .append(printable(separator))
                    .append('"');
        }
        return text.toString();
    }

    private static String printable(byte[] separator) {
        return new String(separator, StandardCharsets.ISO_8859_1)
                .replace("\\", "\\\\")
                .replace("\r", "\\r")
                .replace("\n", "\\n")
                .replace("\0", "\\0");
    }
}
