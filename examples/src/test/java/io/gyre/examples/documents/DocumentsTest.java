package io.gyre.examples.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What documents show compiles and runs, and what they link to is there. */
class DocumentsTest {
    /** A JVM, on a machine that does much else. */
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(?:#[^)]*)?\\)");

    @TempDir
    private Path directory = Path.of("");

    static Stream<JavaBlock> blocks() {
        return Documents.all().stream().flatMap(document -> JavaBlock.of(document).stream());
    }

    private static JavaBlock block(String document) {
        return JavaBlock.of(Path.of("TEST.md"), document).getFirst();
    }

    private List<String> errors(String document) {
        return BlockRun.errors(block(document), directory);
    }

    private BlockRun.Outcome run(JavaBlock block, Duration limit) throws Exception {
        assertThat(BlockRun.errors(block, directory)).as("%s", block).isEmpty();
        return BlockRun.run(block, directory, limit);
    }

    private BlockRun.Outcome run(String document) throws Exception {
        return run(block(document), LIMIT);
    }

    @ParameterizedTest
    @MethodSource("blocks")
    void blockOfADocumentCompilesWithTheImportsThatTheDocumentNamesAndRuns(JavaBlock block) throws Exception {
        if (block.notRun() != null) {
            assertThat(BlockRun.errors(block, directory)).as("%s", block).isEmpty();
            return;
        }

        BlockRun.Outcome outcome = run(block, LIMIT);

        assertThat(outcome.isDone()).as("%s ended in time: %s", block, outcome).isTrue();
        assertThat(outcome.exitCode()).as("%s: %s", block, outcome).isZero();
    }

    /** A block that cannot run says why in a marker before it, and is counted here. */
    @Test
    void blocksThatDoNotRun() {
        assertThat(blocks().filter(block -> block.notRun() != null)).isEmpty();
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
    void statementsRunInATaskWhoseClockJumps() throws Exception {
        BlockRun.Outcome outcome =
                run("```java\nio.gyre.loop.Async.sleep(java.time.Duration.ofDays(1)); System.out.print(7);\n```\n");

        assertThat(outcome).isEqualTo(new BlockRun.Outcome(true, 0, "7"));
    }

    @Test
    void classesOfADocumentAreOneProgram() throws Exception {
        String program = """
                ```java
                public class A { public static void main(String[] args) { System.out.print(B.TWO); } }
                ```

                ```java
                final class B { static final int TWO = 2; }
                ```
                """;

        assertThat(run(program)).isEqualTo(new BlockRun.Outcome(true, 0, "2"));
    }

    @Test
    void compactFileRuns() throws Exception {
        assertThat(run("```java\nvoid main() { System.out.print(List.of(3)); }\n```\n"))
                .isEqualTo(new BlockRun.Outcome(true, 0, "[3]"));
    }

    @Test
    void blockThatFailsIsFound() throws Exception {
        assertThat(run("```java\nassert 1 > 2 : \"one is less\";\n```\n"))
                .matches(outcome -> outcome.exitCode() == 1)
                .matches(outcome -> outcome.output().contains("AssertionError: one is less"));
        assertThat(run("```java\n@org.junit.jupiter.api.Test void fails() { assert false; }\n```\n"))
                .matches(outcome -> outcome.exitCode() == 1);
    }

    @Test
    void membersThatNothingCallsAreFound() throws Exception {
        assertThat(run("```java\nint seven() { return 7; }\n```\n").output()).contains("Give the block a frame");
    }

    @Test
    void blockThatDoesNotEndIsBrokenOff() throws Exception {
        JavaBlock endless = block("```java\nfor (;;) { Thread.onSpinWait(); }\n```\n");

        assertThat(run(endless, Duration.ofMillis(300)).isDone()).isFalse();
    }

    @Test
    void markersAreRead() {
        assertThat(block("<!-- frame: echo -->\n```java\n```\n").frame()).isEqualTo("echo");
        assertThat(block("<!-- not run: it needs a printer -->\n```java\n```\n").notRun())
                .isEqualTo("it needs a printer");
    }

    @Test
    void linksLeadToFiles() {
        Path root = Documents.root();
        List<Path> documents = Stream.concat(Documents.all().stream(), Stream.of(Path.of("llms.txt")))
                .toList();
        for (Path document : documents) {
            Path directory = root.resolve(document).resolveSibling("");
            assertThat(LINK.matcher(Documents.text(document)).results().map(link -> link.group(1)))
                    .as("%s", document)
                    .allSatisfy(target ->
                            assertThat(Files.exists(directory.resolve(target))).isTrue());
        }
    }
}
