package io.gyre.net;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.Tree.Kind;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Lists all texts of {@code loop} and {@code net} that users can meet, in exceptions, reports, logs and wait reasons, and
 * compares them with a file that is checked in, so that each new one is read by a reviewer.
 */
class MessagesTest {
    private static final List<Path> SOURCES =
            List.of(Path.of("..", "loop", "src", "main", "java"), Path.of("src", "main", "java"));
    private static final Path RECORDED = Path.of("src", "test", "resources", "messages.txt");

    @Test
    void messagesAreThoseOnRecord() throws IOException {
        List<String> actual = messages();
        if (Boolean.getBoolean("messages.update")) {
            Files.write(RECORDED, actual);
        }

        assertThat(actual)
                .as(
                        "The messages differ from net/%s. If that is meant, run 'mvn test -pl loop,net -Dtest=MessagesTest"
                                + " -Dmessages.update=true -Dsurefire.failIfNoSpecifiedTests=false', read the difference"
                                + " aloud and commit the file.",
                        RECORDED)
                .containsExactlyElementsOf(Files.readAllLines(RECORDED));
    }

    private static List<String> messages() throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, Locale.ROOT, null)) {
            var task = (JavacTask)
                    compiler.getTask(null, files, null, null, null, files.getJavaFileObjectsFromPaths(sources()));
            var found = new TreeSet<String>();
            for (CompilationUnitTree unit : task.parse()) {
                unit.accept(new Texts(nameOf(unit), found), null);
            }
            return List.copyOf(found);
        }
    }

    private static List<Path> sources() throws IOException {
        var sources = new ArrayList<Path>();
        for (Path root : SOURCES) {
            try (Stream<Path> files = Files.walk(root)) {
                files.filter(file -> file.toString().endsWith(".java")).sorted().forEach(sources::add);
            }
        }
        return sources;
    }

    private static String nameOf(CompilationUnitTree unit) {
        String room = String.valueOf(unit.getPackageName()).replaceFirst("io\\.gyre\\.", "");
        String type = Path.of(unit.getSourceFile().toUri()).getFileName().toString();
        return room + "." + type.replace(".java", "");
    }

    /** Collects the texts of one file: what has two words or more. */
    private static final class Texts extends TreeScanner<@Nullable Void, @Nullable Void> {
        private final String file;
        private final Set<String> found;

        Texts(String file, Set<String> found) {
            this.file = file;
            this.found = found;
        }

        @Override
        public @Nullable Void visitBinary(BinaryTree tree, @Nullable Void nothing) {
            if (tree.getKind() == Kind.PLUS) {
                note(textOf(tree));
            }
            return super.visitBinary(tree, null);
        }

        @Override
        public @Nullable Void visitLiteral(LiteralTree tree, @Nullable Void nothing) {
            note(textOf(tree));
            return null;
        }

        @Override
        public @Nullable Void visitAnnotation(AnnotationTree tree, @Nullable Void nothing) {
            return null; // read by tools
        }

        private void note(String text) {
            boolean isPartOfALongerOne =
                    found.stream().anyMatch(line -> line.startsWith(file + ": ") && line.contains(text));
            if (text.replace("{}", "x").matches("(?s).*\\p{L}[,.:;]? \\p{L}.*") && !isPartOfALongerOne) {
                found.add(file + ": " + text.strip().replace("\n", "\\n").replaceAll("\\p{Cntrl}", "?"));
            }
        }

        /** What is not a constant is shown by braces. */
        private static String textOf(ExpressionTree tree) {
            return switch (tree) {
                case BinaryTree sum
                when sum.getKind() == Kind.PLUS -> textOf(sum.getLeftOperand()) + textOf(sum.getRightOperand());
                case ParenthesizedTree inner -> textOf(inner.getExpression());
                case LiteralTree literal when literal.getKind() == Kind.STRING_LITERAL -> "" + literal.getValue();
                default -> "{}";
            };
        }
    }
}
