package io.gyre.examples.documents;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.TreeScanner;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Compares {@code FEATURES.md} with the tests: each row has its test, and each test that shows a feature its row. */
class FeaturesTest {
    private static final Path DOCUMENT = Path.of("FEATURES.md");
    private static final Pattern ROW = Pattern.compile("\\| (.+?) \\| (.*?) \\| (.+?) \\|(.*)\\|");
    private static final Pattern TEST = Pattern.compile(" \\[(\\w+)]\\((\\S+)\\) ");
    private static final String NOT_YET = "*not yet*";
    private static final Set<String> TEST_ANNOTATIONS = Set.of("Test", "LoopTest", "ParameterizedTest", "TestFactory");

    private record Row(String feature, String inGyre, String shownBy) {}

    private record Shown(String feature, String file) {}

    private static List<Row> rows() {
        return Documents.text(DOCUMENT)
                .lines()
                .map(ROW::matcher)
                .filter(Matcher::matches)
                .map(row -> new Row(row.group(1), row.group(2), row.group(4)))
                .filter(row -> !row.feature().equals("feature"))
                .toList();
    }

    private static List<Shown> listed() {
        return rows().stream()
                .filter(row -> !row.inGyre().equals(NOT_YET))
                .map(row -> {
                    Matcher test = TEST.matcher(row.shownBy());
                    assertThat(test.matches())
                            .as("the row %s names a test", row)
                            .isTrue();
                    assertThat(test.group(2)).endsWith("/" + test.group(1) + ".java");
                    return new Shown(row.feature(), test.group(2));
                })
                .toList();
    }

    private static List<Shown> tested() {
        return Documents.testSources().stream()
                .filter(file -> Documents.text(file).contains("@Feature("))
                .flatMap(file ->
                        features(Documents.text(file)).stream().map(feature -> new Shown(feature, file.toString())))
                .toList();
    }

    /** {@return the features that the tests of a source show} */
    private static List<String> features(String source) {
        var features = new ArrayList<String>();
        new Features().scan(Javac.parse(source), features);
        return features;
    }

    /** Collects the features that the methods of a source show. */
    private static final class Features extends TreeScanner<@Nullable Void, List<String>> {
        @Override
        public @Nullable Void visitMethod(MethodTree method, List<String> features) {
            List<? extends AnnotationTree> annotations = method.getModifiers().getAnnotations();
            List<String> names = annotations.stream().map(FeaturesTest::name).toList();
            annotations.stream().filter(each -> name(each).equals("Feature")).forEach(each -> {
                assertThat(names).as("annotations of %s", method.getName()).containsAnyElementsOf(TEST_ANNOTATIONS);
                features.add(value(each));
            });
            return super.visitMethod(method, features);
        }
    }

    private static String name(AnnotationTree annotation) {
        return annotation.getAnnotationType().toString();
    }

    private static String value(AnnotationTree annotation) {
        return (String) ((LiteralTree) annotation.getArguments().getFirst()).getValue();
    }

    @Test
    void eachRowHasItsTestAndEachTestItsRow() {
        assertThat(tested()).containsExactlyInAnyOrderElementsOf(listed());
    }

    @Test
    void eachFeatureHasOneRow() {
        assertThat(rows().stream().map(Row::feature)).doesNotHaveDuplicates().hasSizeGreaterThan(100);
    }

    @Test
    void whatIsNotThereYetHasNoTest() {
        assertThat(rows())
                .filteredOn(row -> row.inGyre().equals(NOT_YET))
                .isNotEmpty()
                .allSatisfy(row -> assertThat(row.shownBy()).isBlank());
    }

    @Test
    void annotationIsReadFromTheSource() {
        String source = "class A { @Test @Feature(\"Sleep\") void a() {} @Test void b() {} }";

        assertThat(features(source)).containsExactly("Sleep");
    }
}
