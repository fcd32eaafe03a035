package io.gyre.examples.documents;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The files of this repository. */
public final class Documents {
    private Documents() {}

    /** {@return the directory that holds all modules} */
    static Path root() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.exists(directory.resolve("FEATURES.md"))) {
            directory = directory.getParent();
            if (directory == null) {
                throw new IllegalStateException(
                        "no FEATURES.md above " + Path.of("").toAbsolutePath());
            }
        }
        return directory;
    }

    /** {@return all documents, relative to the root} */
    static List<Path> all() {
        return filesBelow(root(), name -> name.endsWith(".md"));
    }

    /** {@return the tests of all modules, relative to the root} */
    static List<Path> testSources() {
        return filesBelow(root(), name -> name.endsWith(".java")).stream()
                .filter(file -> file.toString().contains("src/test/java"))
                .toList();
    }

    /** {@return the text of a file below the root} */
    public static String text(Path file) {
        try {
            return Files.readString(root().resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> filesBelow(Path directory, Predicate<String> isWanted) {
        try (Stream<Path> children = Files.list(directory)) {
            return children.sorted()
                    .filter(child -> !isHiddenOrBuilt(child))
                    .flatMap(child -> Files.isDirectory(child)
                            ? filesBelow(child, isWanted).stream()
                            : Stream.of(root().relativize(child)).filter(file -> isWanted.test(file.toString())))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isHiddenOrBuilt(Path file) {
        String name = file.getFileName().toString();
        return name.startsWith(".") || name.equals("target");
    }
}
