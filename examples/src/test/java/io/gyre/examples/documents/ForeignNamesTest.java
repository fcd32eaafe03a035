package io.gyre.examples.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who knows asyncio or Netty finds each name that they would type. */
class ForeignNamesTest {
    private static final Pattern WORD = Pattern.compile("\\w+");

    /** {@return the words in the first column of the tables of a text} */
    private static Set<String> explained(String text) {
        return text.lines()
                .filter(line -> line.startsWith("| "))
                .map(line -> line.substring(0, line.indexOf(" | ", 1)))
                .flatMap(ForeignNamesTest::words)
                .collect(Collectors.toSet());
    }

    private static Stream<String> words(String text) {
        Matcher matcher = WORD.matcher(text);
        return matcher.results().map(word -> word.group());
    }

    private static List<String> names(String file) {
        return Documents.text(Path.of("examples/src/test/resources", file))
                .lines()
                .filter(line -> !line.startsWith("#"))
                .flatMap(ForeignNamesTest::words)
                .toList();
    }

    @ParameterizedTest
    @CsvSource({"asyncio-names.txt, FROM-ASYNCIO.md", "netty-names.txt, FROM-NETTY.md"})
    void eachNameHasARow(String names, String document) {
        assertThat(explained(Documents.text(Path.of(document)))).containsAll(names(names));
    }

    @Test
    void nameInTheSecondColumnIsNotExplained() {
        assertThat(explained("| `drain` | `write` |\n\nPlain `flush`\n")).containsExactly("drain");
    }
}
