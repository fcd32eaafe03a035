package io.gyre.net.features;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;

/** Compares the tests of this package with the list of features, so that none is without a test. */
class FeatureRowsTest {
    private static final Path LIST = Path.of("src", "test", "resources", "feature-rows.txt");

    private static List<String> listed() throws IOException {
        return Files.readAllLines(LIST).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
    }

    private static List<Method> testsOfRows() throws IOException, URISyntaxException, ClassNotFoundException {
        Class<?> here = FeatureRowsTest.class;
        Path classes =
                Path.of(here.getProtectionDomain().getCodeSource().getLocation().toURI());
        var tests = new ArrayList<Method>();
        try (Stream<Path> files =
                Files.list(classes.resolve(here.getPackageName().replace('.', '/')))) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith("Test.class")).toList()) {
                String name = file.getFileName().toString().replace(".class", "");
                Arrays.stream(Class.forName(here.getPackageName() + "." + name).getDeclaredMethods())
                        .filter(method -> method.isAnnotationPresent(Row.class))
                        .forEach(tests::add);
            }
        }
        return tests;
    }

    @Test
    void eachRowHasATestAndEachTestARow() throws Exception {
        List<String> tested = testsOfRows().stream()
                .map(test -> test.getAnnotation(Row.class).value())
                .toList();

        assertThat(tested).as("rows of tests, against net/%s", LIST).containsExactlyInAnyOrderElementsOf(listed());
    }

    @Test
    void whatIsMarkedWithARowIsRunByJUnit() throws Exception {
        assertThat(testsOfRows()).allSatisfy(test -> assertThat(AnnotationSupport.isAnnotated(test, Testable.class))
                .as("%s is a test", test)
                .isTrue());
    }
}
