package io.gyre.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.SuspendingOperation.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Compares the calls that suspend with a file that is checked in, so that none escapes the torture. */
class SuspendingApiTest {
    private static final Path TABLE = Path.of("src", "test", "resources", "suspending.txt");

    /** What is for any thread, and suspends in a task: the Javadoc does not say so. */
    private static final Set<String> ELSEWHERE = Set.of("EventLoop.call", "EventLoop.run", "Future.get", "JDK");

    /** For each call the kinds of operation that have it. */
    private static Map<String, List<String>> table() throws IOException {
        var table = new LinkedHashMap<String, List<String>>();
        for (String line : Files.readAllLines(TABLE)) {
            if (!line.isBlank() && !line.startsWith("#")) {
                String[] callAndKinds = line.split(": ", 2);
                table.put(callAndKinds[0], Arrays.asList(callAndKinds[1].split(", ")));
            }
        }
        return table;
    }

    @Test
    void eachCallThatSuspendsHasAKindOfOperation() throws IOException {
        Set<String> calls = new HashSet<>(ELSEWHERE);
        SuspendingApi.calls().forEach(call -> calls.add(call.toString()));

        assertThat(table().keySet())
                .as("loop/%s; a new line needs a new kind in SuspendingOperation or its neighbours", TABLE)
                .containsExactlyInAnyOrderElementsOf(calls);
    }

    @Test
    void kindsOfTheTableAreThoseThatThereAre() throws IOException {
        Set<String> named = new HashSet<>();
        table().values().forEach(named::addAll);

        assertThat(named)
                .as("loop/%s", TABLE)
                .containsExactlyInAnyOrderElementsOf(
                        SuspendingOperation.kinds().stream().map(Kind::name).toList());
    }
}
