package io.gyre.examples.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What documents show compiles, and what they link to is there. */
class DocumentsTest {
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(?:#[^)]*)?\\)");

    static Stream<JavaBlock> blocks() {
        return Documents.all().stream().flatMap(document -> JavaBlock.of(document).stream());
    }

    /** A block is what a class has as members, or what a method has as statements. */
    private static List<String> errors(JavaBlock block) {
        return Javac.syntaxErrors(block.asStatements()).isEmpty()
                ? Javac.errors(block.asStatements())
                : Javac.errors(block.asMembers());
    }

    private static List<String> errors(String document) {
        return errors(JavaBlock.of(Path.of("TEST.md"), document).getFirst());
    }

    @ParameterizedTest
    @MethodSource("blocks")
    void blockOfADocumentCompilesWithTheImportsThatTheDocumentNames(JavaBlock block) {
        assertThat(errors(block)).as("%s", block).isEmpty();
    }

    @Test
    void documentsThatShowJavaAreFound() {
        assertThat(blocks().map(block -> block.document().toString()))
                .contains("README.md", "FROM-ASYNCIO.md", "loop/README.md");
    }

    @Test
    void blocksAreStatementsOrMembersAndHaveTheImportsOfTheirDocument() {
        assertThat(errors("It imports `java.util.*`.\n\n```java\nList<String> list = List.of();\n```\n"))
                .isEmpty();
        assertThat(errors("```java\nimport static java.lang.Math.*;\n\nint seven() { return max(7, 1); }\n```\n"))
                .isEmpty();
    }

    @Test
    void blockThatDoesNotCompileIsFound() {
        assertThat(errors("No package here.\n\n```java\nList<String> list = List.of();\n```\n"))
                .isNotEmpty()
                .allSatisfy(error -> assertThat(error).startsWith("line 1 of the block: cannot find symbol"));
        assertThat(errors("```java\nint 1;\n```\n")).isNotEmpty();
    }

    @Test
    void linksLeadToFiles() {
        Path root = Documents.root();
        for (Path document : Documents.all()) {
            Path directory = root.resolve(document).resolveSibling("");
            assertThat(LINK.matcher(Documents.text(document)).results().map(link -> link.group(1)))
                    .as("%s", document)
                    .allSatisfy(target ->
                            assertThat(Files.exists(directory.resolve(target))).isTrue());
        }
    }
}
