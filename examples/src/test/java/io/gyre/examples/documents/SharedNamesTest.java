package io.gyre.examples.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Names that Gyre shares with packages of the JDK which everybody imports whole: the document lists them all. */
class SharedNamesTest {
    private static final Path DOCUMENT = Path.of("FROM-ASYNCIO.md");
    private static final List<String> JDK_PACKAGES = List.of(
            "java.io",
            "java.lang",
            "java.net",
            "java.nio",
            "java.nio.channels",
            "java.time",
            "java.util",
            "java.util.concurrent",
            "java.util.concurrent.locks",
            "java.util.function",
            "java.util.stream");

    private static Predicate<String> isIn(List<String> packages) {
        return name -> packages.stream().anyMatch(each -> isPublic(each + "." + name));
    }

    private static boolean isPublic(String name) {
        try {
            return Modifier.isPublic(Class.forName(name, false, ClassLoader.getPlatformClassLoader())
                    .getModifiers());
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    private static List<String> shared() throws Exception {
        return PublicClasses.all().stream()
                .filter(type -> isIn(JDK_PACKAGES).test(type.getSimpleName()))
                .map(Class::getName)
                .toList();
    }

    private static JavaBlock block() {
        return JavaBlock.of(DOCUMENT).stream()
                .filter(block -> block.imports().contains("java.util.concurrent.*")
                        && block.code().isBlank())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void documentListsAllNamesThatTheJdkHasToo() throws Exception {
        List<String> listed = block().imports().stream()
                .filter(each -> each.startsWith("io.gyre") && !each.endsWith("*"))
                .toList();

        assertThat(listed).containsExactlyInAnyOrderElementsOf(shared());
    }

    @Test
    void importByNameWinsOverBothPackages() throws Exception {
        String packages = String.join(
                "",
                Stream.concat(
                                JDK_PACKAGES.stream(),
                                PublicClasses.all().stream().map(Class::getPackageName))
                        .distinct()
                        .map(each -> "import " + each + ".*; ")
                        .toList());
        List<String> names = shared();
        String byName = String.join(
                "", names.stream().map(each -> "import " + each + "; ").toList());
        String uses = String.join("", names.stream().map(SharedNamesTest::use).toList());

        assertThat(Javac.errors(packages + uses))
                .as("with packages alone")
                .hasSameSizeAs(names)
                .allSatisfy(error -> assertThat(error).contains("is ambiguous"));
        assertThat(Javac.errors(packages + byName + uses)).as("by name").isEmpty();
    }

    private static String use(String name) {
        String simpleName = name.substring(name.lastIndexOf('.') + 1);
        return "class Uses" + simpleName + " { Class<?> type = " + simpleName + ".class; } ";
    }
}
