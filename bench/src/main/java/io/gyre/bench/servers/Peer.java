package io.gyre.bench.servers;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A server that can take part, or cannot.
 *
 * @param missing why it cannot take part, and what to do about it; null if it can
 */
public record Peer(
        String id,
        String label,
        List<String> command,
        Kind kind,
        @Nullable String missing) {
    private static final Pattern OWN = Pattern.compile("([a-z][a-z0-9-]*)=(.+)", Pattern.DOTALL);

    /** Stands for the port in the command of a user's server. */
    static final String PORT = "{port}";

    /** What can be asked of a server. */
    public enum Kind {
        /** A JVM of this module, which warms up and answers questions. */
        JAVA,
        /** A program of this module in another language: it prints its version and port, and ends with its input. */
        FOREIGN,
        /** A server of the user: it gets a port, and keeps to no other rule. */
        OWN
    }

    public static Peer java(String id, String label, List<String> command) {
        return new Peer(id, label, command, Kind.JAVA, null);
    }

    public static Peer foreign(String id, String label, List<String> command) {
        return new Peer(id, label, command, Kind.FOREIGN, null);
    }

    public static Peer missing(String id, String label, String whatToDo) {
        return new Peer(id, label, List.of(), Kind.FOREIGN, whatToDo);
    }

    /**
     * {@return a server of the user}
     *
     * @param text {@code name=command}, with {@code {port}} in the command
     * @throws IllegalArgumentException with a message for the user, if the text is anything else
     */
    public static Peer own(String text) {
        Matcher parts = OWN.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not 'name=command {port}', with a name such as my-server.");
        }
        String id = parts.group(1);
        if (id.startsWith("gyre") || id.startsWith("floor")) {
            throw new IllegalArgumentException("the name " + id + " would pass for a server of Gyre or a floor.");
        }
        if (!parts.group(2).contains(PORT)) {
            throw new IllegalArgumentException(
                    "the command of " + id + " has no {port}, where the port to serve on is put.");
        }
        // exec, so that the process whose time is measured is the server and not the shell
        return new Peer(id, id, List.of("sh", "-c", "exec " + parts.group(2)), Kind.OWN, null);
    }

    public boolean isPresent() {
        return missing == null;
    }

    public boolean isJava() {
        return kind == Kind.JAVA;
    }

    public boolean isOwn() {
        return kind == Kind.OWN;
    }
}
