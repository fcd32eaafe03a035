package io.gyre.bench.echo;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A server that can take part, or cannot.
 *
 * @param id its name on the command line and in the results
 * @param label its name in the report
 * @param command what starts it; empty if it is missing
 * @param isJava whether it is a JVM of ours, which warms up and answers questions
 * @param missing why it cannot take part, and what to do about it; null if it can
 */
public record Peer(
        String id,
        String label,
        List<String> command,
        boolean isJava,
        @Nullable String missing) {
    static Peer java(String id, String label, List<String> command) {
        return new Peer(id, label, command, true, null);
    }

    static Peer foreign(String id, String label, List<String> command) {
        return new Peer(id, label, command, false, null);
    }

    static Peer missing(String id, String label, String whatToDo) {
        return new Peer(id, label, List.of(), false, whatToDo);
    }

    boolean isPresent() {
        return missing == null;
    }
}
