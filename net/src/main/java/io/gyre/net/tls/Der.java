package io.gyre.net.tls;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/** As much of DER as the formats of private keys need. */
final class Der {
    private static final int INTEGER = 0x02;
    private static final int OCTET_STRING = 0x04;
    private static final int OBJECT_IDENTIFIER = 0x06;
    private static final int SEQUENCE = 0x30;
    private static final int PARAMETERS = 0xa0;

    private static final byte[] ZERO = {INTEGER, 1, 0};

    /** AlgorithmIdentifier of rsaEncryption, with parameters NULL. */
    private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");

    /** The identifier id-ecPublicKey. */
    private static final byte[] EC_PUBLIC_KEY = HexFormat.of().parseHex("06072a8648ce3d0201");

    private Der() {}

    /** {@return the name that the JDK has for the algorithm of a PKCS#8 key} */
    static String algorithmOfPkcs8(byte[] encoded) throws IOException {
        ByteBuffer key = enter(ByteBuffer.wrap(encoded), SEQUENCE);
        enter(key, INTEGER);
        ByteBuffer identifier = enter(enter(key, SEQUENCE), OBJECT_IDENTIFIER);
        byte[] bytes = new byte[identifier.remaining()];
        identifier.get(bytes);
        return switch (HexFormat.of().formatHex(bytes)) {
            case "2a864886f70d010101" -> "RSA";
            case "2a864886f70d01010a" -> "RSASSA-PSS";
            case "2a8648ce3d0201" -> "EC";
            case "2b6570" -> "Ed25519";
            case "2b6571" -> "Ed448";
            case "2a8648ce380401" -> "DSA";
            default -> throw new IOException("its algorithm is unknown; use an RSA, EC, Ed25519 or Ed448 key");
        };
    }

    /** {@return a key in PKCS#8, from RSAPrivateKey of PKCS#1} */
    static byte[] pkcs8OfRsa(byte[] key) {
        return element(SEQUENCE, ZERO, RSA, element(OCTET_STRING, key));
    }

    /** {@return a key in PKCS#8, from ECPrivateKey of RFC 5915, which must name its curve} */
    static byte[] pkcs8OfEc(byte[] key) throws IOException {
        ByteBuffer rest = enter(ByteBuffer.wrap(key), SEQUENCE);
        enter(rest, INTEGER);
        enter(rest, OCTET_STRING);
        if (!rest.hasRemaining() || (rest.get(rest.position()) & 0xff) != PARAMETERS) {
            throw new IOException("it does not name its curve. Convert it with 'openssl pkcs8 -topk8'.");
        }
        ByteBuffer parameters = enter(rest, PARAMETERS);
        byte[] curve = new byte[parameters.remaining()];
        parameters.get(curve);
        return element(SEQUENCE, ZERO, element(SEQUENCE, EC_PUBLIC_KEY, curve), element(OCTET_STRING, key));
    }

    /** Reads the head of an element. {@return its content; the source is behind it} */
    private static ByteBuffer enter(ByteBuffer source, int tag) throws IOException {
        if (source.remaining() < 2 || (source.get() & 0xff) != tag) {
            throw new IOException("it is not the DER of a private key");
        }
        int length = source.get() & 0xff;
        if (length >= 0x80) {
            int count = length - 0x80;
            if (count < 1 || count > 3 || source.remaining() < count) {
                throw new IOException("it is not the DER of a private key");
            }
            length = 0;
            for (int i = 0; i < count; i++) {
                length = length << 8 | (source.get() & 0xff);
            }
        }
        if (length > source.remaining()) {
            throw new IOException("its DER is cut off");
        }
        ByteBuffer content = source.slice(source.position(), length);
        source.position(source.position() + length);
        return content;
    }

    private static byte[] element(int tag, byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        var element = new ByteArrayOutputStream();
        element.write(tag);
        if (length < 0x80) {
            element.write(length);
        } else if (length < 0x100) {
            element.write(0x81);
            element.write(length);
        } else if (length < 0x10000) {
            element.write(0x82);
            element.write(length >> 8);
            element.write(length);
        } else {
            element.write(0x83);
            element.write(length >> 16);
            element.write(length >> 8);
            element.write(length);
        }
        for (byte[] part : parts) {
            element.writeBytes(part);
        }
        return element.toByteArray();
    }
}
