package io.gyre.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Compares the groups of classes in the README with the classes that there are. */
final class RoomsTest {
    private static final Path SOURCES = Path.of("src", "main", "java", "io", "gyre", "net");
    private static final Pattern CLASS_NAME = Pattern.compile("`([A-Z]\\w+)`");

    @Test
    void eachClassStandsInOneGroup() throws IOException {
        List<String> grouped;
        try (Stream<String> lines = Files.lines(Path.of("README.md"))) {
            grouped = lines.dropWhile(line -> !line.equals("| in `io.gyre.net` | |"))
                    .takeWhile(line -> line.startsWith("|"))
                    .flatMap(line -> CLASS_NAME.matcher(line).results())
                    .map(quoted -> quoted.group(1))
                    .toList();
        }
        List<String> classes;
        try (Stream<Path> files = Files.list(SOURCES)) {
            classes = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".java") && !name.equals("package-info.java"))
                    .map(name -> name.substring(0, name.length() - ".java".length()))
                    .toList();
        }

        assertThat(grouped).containsExactlyInAnyOrderElementsOf(classes);
    }
}
