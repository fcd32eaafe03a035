package io.gyre.examples.documents;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.JavacTask;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** The compiler of the JDK on the class path of this test. */
final class Javac {
    private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();

    private Javac() {}

    /** {@return the errors of a compilation unit, of which no class file is written} */
    static List<String> errors(String source) {
        var diagnostics = new DiagnosticCollector<JavaFileObject>();
        try {
            task(Map.of("Block", source), diagnostics).analyze();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return errors(diagnostics);
    }

    /** Compiles classes by their names into a directory. {@return the errors} */
    static List<String> compile(Map<String, String> sources, Path directory) {
        var diagnostics = new DiagnosticCollector<JavaFileObject>();
        task(sources, diagnostics, "-d", directory.toString()).call();
        return errors(diagnostics);
    }

    /** {@return the errors of syntax of a compilation unit} */
    static List<String> syntaxErrors(String source) {
        var diagnostics = new DiagnosticCollector<JavaFileObject>();
        parse(source, diagnostics);
        return errors(diagnostics);
    }

    /** {@return the tree of a compilation unit} */
    static CompilationUnitTree parse(String source) {
        return parse(source, new DiagnosticCollector<>());
    }

    private static CompilationUnitTree parse(String source, DiagnosticCollector<JavaFileObject> diagnostics) {
        try {
            return task(Map.of("Block", source), diagnostics).parse().iterator().next();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JavacTask task(
            Map<String, String> sources, DiagnosticCollector<JavaFileObject> diagnostics, String... more) {
        List<String> options = Stream.concat(
                        Stream.of("-proc:none", "-classpath", System.getProperty("java.class.path")), Stream.of(more))
                .toList();
        List<Text> texts = sources.entrySet().stream()
                .map(source -> new Text(source.getKey(), source.getValue()))
                .toList();
        var files = COMPILER.getStandardFileManager(diagnostics, Locale.ROOT, UTF_8);
        return (JavacTask) COMPILER.getTask(null, files, diagnostics, options, null, texts);
    }

    private static List<String> errors(DiagnosticCollector<JavaFileObject> diagnostics) {
        return diagnostics.getDiagnostics().stream()
                .filter(each -> each.getKind() == Diagnostic.Kind.ERROR)
                .map(each -> "line " + each.getLineNumber() + " of the block: " + each.getMessage(Locale.ROOT))
                .toList();
    }

    private static final class Text extends SimpleJavaFileObject {
        private final String source;

        Text(String name, String source) {
            super(URI.create("string:///" + name + ".java"), Kind.SOURCE);
            this.source = source;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return source;
        }
    }
}
