package io.gyre.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The list of the package in the README leads a stranger to each class. */
class PackageListTest {
    private static final Path PACKAGE = Path.of("src/main/java/io/gyre/loop");
    private static final Pattern NAME = Pattern.compile("`(\\w+)`");

    @Test
    void eachClassOfThePackageIsInTheListOnce() throws IOException {
        assertThat(listed())
                .as("the table below 'Inside `io.gyre.loop`' in loop/README.md")
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(classes());
    }

    private static List<String> listed() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        int from = readme.indexOf("## Inside `io.gyre.loop`");
        String table =
                readme.substring(readme.indexOf("|---|", from), readme.indexOf("\n\n", readme.indexOf("|---|", from)));
        return NAME.matcher(table).results().map(found -> found.group(1)).toList();
    }

    private static List<String> classes() throws IOException {
        try (var files = Files.list(PACKAGE)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".java") && !name.equals("package-info.java"))
                    .map(name -> name.substring(0, name.length() - ".java".length()))
                    .toList();
        }
    }
}
