package io.gyre.bench.micro;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gyre.bench.process.Child;
import io.gyre.bench.process.Pythons;
import io.gyre.bench.process.Tools;
import io.gyre.bench.process.Workshop;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An event loop of Python that can be measured, or is missing.
 *
 * @param version its own; empty if it is missing
 * @param python what it runs on; empty if it is missing
 * @param command what measures it, but for the operation; empty if it is missing
 * @param missing why it cannot be measured, and what to do about it; null if it can
 */
public record PythonLoop(
        String id,
        String version,
        String python,
        List<String> command,
        @Nullable String missing) {
    private static final String SCRIPT = "micro/micro.py";

    /** Ten times as long as a million timers take, six times over, on a slow machine. */
    private static final Duration TIMEOUT = Duration.ofMinutes(10);

    /** {@return asyncio and uvloop, each of them there or missing, on the same Python if that has both} */
    public static List<PythonLoop> all(Workshop workshop, Tools tools) throws IOException {
        Path script = workshop.layOut(SCRIPT);
        Pythons pythons = Pythons.of(tools);
        return List.of(
                of("asyncio", pythons.any(), script, Pythons.NO_PYTHON),
                of("uvloop", pythons.withUvloop(), script, Pythons.NO_UVLOOP));
    }

    private static PythonLoop of(String id, Optional<Path> python, Path script, String whatToDo) {
        if (python.isEmpty()) {
            return missing(id, whatToDo);
        }
        List<String> command = List.of(python.get().toString(), script.toString(), id);
        return Tools.output(command.toArray(String[]::new))
                .map(printed -> present(id, printed, command))
                .orElseGet(() -> missing(id, "it does not start; to see why, run " + String.join(" ", command)));
    }

    private static PythonLoop missing(String id, String whatToDo) {
        return new PythonLoop(id, "", "", List.of(), whatToDo);
    }

    static PythonLoop present(String id, String printed, List<String> command) {
        try {
            JsonNode versions = new ObjectMapper().readTree(printed);
            return new PythonLoop(
                    id,
                    versions.path("version").asText(),
                    versions.path("python").asText(),
                    command,
                    null);
        } catch (IOException unexpected) {
            return missing(id, "it printed \"" + printed + "\" in place of its version");
        }
    }

    @JsonIgnore
    public boolean isPresent() {
        return missing == null;
    }

    public String describe() {
        return isPresent()
                ? id + " " + version + " on " + python + ": " + String.join(" ", command)
                : "missing: " + id + ": " + missing;
    }

    /** Measures one operation, in a process of its own. */
    public Sample measure(String operation, boolean quick, Workshop workshop) throws IOException, InterruptedException {
        var line = new ArrayList<>(command);
        line.add(operation);
        if (quick) {
            line.add("--quick");
        }
        String name = label(id, operation);
        try (Child child = Child.start(name, line, workshop.errorsOf(id + "-" + operation))) {
            return Sample.parse(child.nextLine(TIMEOUT));
        }
    }

    /** {@return the name of the figure of a loop for an operation} */
    static String label(String loop, String operation) {
        return loop + " " + operation;
    }

    /**
     * What one process has measured.
     *
     * @param unit of the figures, {@code ns} or {@code bytes}, for one operation
     * @param repetitions every figure, in the order in which they were measured
     */
    public record Sample(String loop, String operation, String unit, double median, List<Double> repetitions) {
        private static final ObjectMapper JSON = new ObjectMapper()
                .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES);

        /** {@return what a process has printed} */
        static Sample parse(String line) throws IOException {
            return JSON.readValue(line, Sample.class);
        }

        String label() {
            return PythonLoop.label(loop, operation);
        }
    }
}
