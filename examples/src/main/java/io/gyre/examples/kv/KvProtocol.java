package io.gyre.examples.kv;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * The meaning of a client's line, and the answer to it. Independent of connections.
 *
 * <pre>
 *   SET key value      OK
 *   GET key            VALUE value, or NONE
 *   DEL key            OK, or NONE
 *   INCR key           VALUE number
 *   EXPIRE key seconds OK, or NONE
 *   TTL key            VALUE seconds, or NONE if the key is missing or has no expiry
 *   KEYS               KEYS count, and a line for each
 *   QUIT               the end of the connection
 *   anything else      ERROR why; the connection goes on
 * </pre>
 */
final class KvProtocol {
    private static final int MAX_KEY_LENGTH = 200;
    private static final int MAX_VALUE_LENGTH = 4000;

    private final KvStore store;

    KvProtocol(KvStore store) {
        this.store = store;
    }

    static boolean isQuit(String line) {
        return line.equalsIgnoreCase("QUIT");
    }

    /** {@return the answer to a line: one or more lines, the last one without its end} */
    String answer(String line) {
        String[] words = line.split(" ", 3);
        try {
            return switch (words[0].toUpperCase(Locale.ROOT)) {
                case "SET" -> set(key(words, 2), words[2]);
                case "GET" -> store.value(key(words, 1)).map("VALUE "::concat).orElse("NONE");
                case "DEL" -> okOrNone(store.remove(key(words, 1)));
                case "INCR" -> "VALUE " + store.increment(key(words, 1));
                case "EXPIRE" -> okOrNone(store.expire(key(words, 2), seconds(words[2])));
                case "TTL" -> timeToLive(key(words, 1));
                case "KEYS" -> keys();
                default -> "ERROR there is no command " + words[0];
            };
        } catch (IllegalArgumentException wrong) {
            return "ERROR " + wrong.getMessage();
        }
    }

    private static String key(String[] words, int arguments) {
        if (words.length - 1 != arguments) {
            throw new IllegalArgumentException(words[0] + " takes " + arguments + " argument(s)");
        }
        if (words[1].isEmpty() || words[1].length() > MAX_KEY_LENGTH) {
            throw new IllegalArgumentException("a key has 1 to " + MAX_KEY_LENGTH + " characters");
        }
        return words[1];
    }

    private String set(String key, String value) {
        if (value.length() > MAX_VALUE_LENGTH) {
            throw new IllegalArgumentException("a value has at most " + MAX_VALUE_LENGTH + " characters");
        }
        store.put(key, value);
        return "OK";
    }

    private static Duration seconds(String text) {
        if (!text.matches("[1-9]\\d{0,8}")) {
            throw new IllegalArgumentException("'" + text + "' is no number of seconds");
        }
        return Duration.ofSeconds(Long.parseLong(text));
    }

    private static String okOrNone(boolean found) {
        return found ? "OK" : "NONE";
    }

    private String timeToLive(String key) {
        return store.timeLeft(key)
                .map(left -> "VALUE " + left.plusMillis(999).toSeconds()) // rounded up: 0 would mean no such key
                .orElse("NONE");
    }

    private String keys() {
        List<String> keys = store.keys();
        var answer = new StringBuilder("KEYS " + keys.size());
        keys.forEach(key -> answer.append('\n').append(key));
        return answer.toString();
    }
}
