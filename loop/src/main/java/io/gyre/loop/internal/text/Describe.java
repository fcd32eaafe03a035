package io.gyre.loop.internal.text;

import java.util.Formatter;
import org.jspecify.annotations.Nullable;

/**
 * Describes a foreign object in a message. Never throws, whatever the object's methods do. The text is one line of
 * limited length, without characters that could forge a log line or garble a terminal.
 *
 * <p><b>Confinement:</b> any thread, but never the carrier: {@code toString} is user code.
 */
public final class Describe {
    /** Room for a class name and a sentence, so that nested messages stay readable. */
    static final int MAX_CHARS = 400;

    private static final String NO_ROOM = "an object (no memory or stack to describe it)";

    private Describe() {}

    /**
     * {@return an object's {@code toString}; a description for arrays, lambdas and objects of the JDK whose
     * {@code toString} is only a class name and a hash}
     *
     * @param object anything
     */
    public static String object(@Nullable Object object) {
        try {
            return object == null ? "null" : line(wordsOf(object));
        } catch (Throwable noMemoryOrStack) {
            return NO_ROOM;
        }
    }

    private static String wordsOf(Object object) {
        try {
            String ofJdk = JdkWords.of(object);
            String words = ofJdk == null ? object.toString() : ofJdk;
            return words == null ? object.getClass().getName() + " (whose toString returned null)" : words;
        } catch (Throwable failed) {
            return object.getClass().getName() + " (whose toString failed with "
                    + failed.getClass().getName() + ")";
        }
    }

    /**
     * {@return the message of an exception, or the name of its class if it has none}
     *
     * @param failure the exception
     */
    public static String message(Throwable failure) {
        try {
            return line(messageOf(failure));
        } catch (Throwable noMemoryOrStack) {
            return NO_ROOM;
        }
    }

    private static String messageOf(Throwable failure) {
        try {
            String message = failure.getMessage();
            return message == null ? failure.getClass().getName() : message;
        } catch (Throwable failed) {
            return failure.getClass().getName() + " (whose getMessage failed with "
                    + failed.getClass().getName() + ")";
        }
    }

    /**
     * {@return a text in one line, cut if it is too long; control characters, line ends and direction marks are
     * escaped}
     *
     * @param text from a user, a peer or the system
     */
    public static String line(String text) {
        return line(text, MAX_CHARS);
    }

    /**
     * {@return a text as {@link #line} does, but not cut: for texts whose parts are limited already}
     *
     * @param text from a library or a user
     */
    public static String wholeLine(String text) {
        return line(text, text.length());
    }

    private static String line(String text, int maxChars) {
        int end = Math.min(text.length(), maxChars);
        int clean = 0;
        while (clean < end && isFit(text, clean)) {
            clean++;
        }
        if (clean == text.length()) {
            return text;
        }
        var line = new StringBuilder(end + 16).append(text, 0, clean);
        for (int i = clean; i < end; i++) {
            if (isFit(text, i)) {
                line.append(text.charAt(i));
            } else {
                escape(text.charAt(i), line);
            }
        }
        if (end < text.length()) {
            line.append("... (").append(text.length()).append(" characters)");
        }
        return line.toString();
    }

    private static void escape(char unfit, StringBuilder line) {
        switch (unfit) {
            case '\n' -> line.append("\\n");
            case '\r' -> line.append("\\r");
            case '\t' -> line.append("\\t");
            default -> new Formatter(line).format("\\u%04x", (int) unfit);
        }
    }

    /**
     * {@return whether a text of several lines contains characters that garble a terminal} Line ends and tabs do not.
     */
    static boolean garbles(char[] text, int start, int count) {
        for (int i = start; i < start + count; i++) {
            char c = text[i];
            if (c != '\n' && c != '\t' && !Character.isSurrogate(c) && !isFit(c) && !isPartOfLineSeparator(c)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isPartOfLineSeparator(char c) {
        return System.lineSeparator().indexOf(c) >= 0;
    }

    /**
     * Whether a character is safe in a log: not a control character, line separator, direction mark or unpaired
     * surrogate.
     */
    private static boolean isFit(String text, int index) {
        char c = text.charAt(index);
        if (!Character.isSurrogate(c)) {
            return isFit(c);
        }
        return Character.isHighSurrogate(c)
                ? index + 1 < text.length() && Character.isLowSurrogate(text.charAt(index + 1))
                : index > 0 && Character.isHighSurrogate(text.charAt(index - 1));
    }

    private static boolean isFit(char c) {
        if (c < 0x7f) {
            return c >= ' ';
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
            case Character.FORMAT -> c == '\u200c' || c == '\u200d'; // joiners: parts of words and of emoji
            default -> true;
        };
    }

    /**
     * {@return the name of a class, without what the JDK appends for a lambda}
     *
     * @param type the class
     */
    public static String className(Class<?> type) {
        String name = type.getName();
        int lambda = name.indexOf("$$Lambda");
        return lambda < 0 ? name : name.substring(0, lambda);
    }

    /**
     * {@return whether a class belongs to the JDK, including the JDK's modules that applications load}
     *
     * @param type the class
     */
    public static boolean isOfJdk(Class<?> type) {
        ClassLoader loader = type.getClassLoader();
        String module = type.getModule().getName();
        return loader == null
                || loader == ClassLoader.getPlatformClassLoader()
                || (module != null && (module.startsWith("java.") || module.startsWith("jdk.")));
    }
}
