package io.gyre.net.tls;

import io.gyre.loop.LowLevel;
import io.gyre.net.tls.TlsException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One object of a PEM file.
 *
 * @param file where it is
 * @param line the number of its BEGIN line
 * @param type what its BEGIN line says, such as {@code CERTIFICATE}
 * @param encrypted whether it has the header of an older encrypted format
 * @param bytes its content
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7468">RFC 7468</a>
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares or changes it
record PemBlock(Path file, int line, String type, boolean encrypted, byte[] bytes) {
    /** More than any bundle of authorities has; a file that is not meant is not read to its end. */
    private static final int MAX_FILE_BYTES = 4 << 20;

    private static final Pattern BEGIN = Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,64})-----");
    private static final Pattern HEADER = Pattern.compile("[A-Za-z-]{1,64}:.*");

    /** {@return all objects of a file; text between them is ignored} Blocks. */
    static List<PemBlock> read(Path file) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_FILE_BYTES + 1);
        } catch (IOException unreadable) {
            throw new TlsException(
                    Kind.UNREADABLE_FILE,
                    "cannot read the PEM file " + LowLevel.describe(file) + ": " + LowLevel.describe(unreadable),
                    unreadable);
        }
        if (bytes.length > MAX_FILE_BYTES) {
            throw failure(file, 1, "it has more than " + MAX_FILE_BYTES + " bytes; is it the file you mean?", null);
        }
        List<String> lines =
                new String(bytes, StandardCharsets.ISO_8859_1).lines().toList();
        var blocks = new ArrayList<PemBlock>();
        for (int i = 0; i < lines.size(); ) {
            Matcher begin = BEGIN.matcher(lines.get(i).strip());
            if (!begin.matches()) {
                i++;
                continue;
            }
            int end = endOf(file, lines, i, begin.group(1));
            blocks.add(decode(file, lines, i, end, begin.group(1)));
            i = end + 1;
        }
        if (blocks.isEmpty()) {
            String remedy = bytes.length > 0 && bytes[0] == 0x30
                    ? "It seems to be DER; convert it with 'openssl x509 -inform der' or 'openssl pkey -inform der'."
                    : "PEM begins with a line such as -----BEGIN CERTIFICATE-----.";
            throw failure(file, 1, "there is no PEM object. " + remedy, null);
        }
        return blocks;
    }

    private static int endOf(Path file, List<String> lines, int begin, String type) throws TlsException {
        for (int i = begin + 1; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.equals("-----END " + type + "-----")) {
                return i;
            }
            if (line.startsWith("-----")) {
                throw failure(
                        file, i + 1, "the " + type + " that begins in line " + (begin + 1) + " does not end", null);
            }
        }
        throw failure(file, begin + 1, "the " + type + " that begins here does not end; the file may be cut off", null);
    }

    private static PemBlock decode(Path file, List<String> lines, int begin, int end, String type) throws TlsException {
        var base64 = new StringBuilder();
        boolean encrypted = false;
        for (int i = begin + 1; i < end; i++) {
            String line = lines.get(i).strip();
            if (HEADER.matcher(line).matches()) {
                encrypted |= line.startsWith("Proc-Type:") && line.endsWith("ENCRYPTED");
            } else {
                requireBase64(file, i + 1, line);
                base64.append(line);
            }
        }
        try {
            return new PemBlock(
                    file, begin + 1, type, encrypted, Base64.getDecoder().decode(base64.toString()));
        } catch (IllegalArgumentException wrong) {
            throw failure(
                    file, begin + 1, "the " + type + " that begins here is not Base64: " + wrong.getMessage(), wrong);
        }
    }

    private static void requireBase64(Path file, int number, String line) throws TlsException {
        for (int i = 0; i < line.length(); i++) {
            char each = line.charAt(i);
            boolean valid = each < 0x80 && (Character.isLetterOrDigit(each) || "+/=".indexOf(each) >= 0);
            if (!valid) {
                throw failure(file, number, "character " + (i + 1) + " is not Base64", null);
            }
        }
    }

    /** {@return a failure to use this object} */
    TlsException failure(String reason, @Nullable Throwable cause) {
        return failure(file, line, reason, cause);
    }

    private static TlsException failure(Path file, int line, String reason, @Nullable Throwable cause) {
        return new TlsException(
                Kind.UNREADABLE_FILE,
                "cannot use the PEM file " + LowLevel.describe(file) + ", line " + line + ": " + reason,
                cause);
    }
}
