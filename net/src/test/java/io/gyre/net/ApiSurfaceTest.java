package io.gyre.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Exports;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Compares what users can see with a file that is checked in, so that no change of it goes unnoticed. */
final class ApiSurfaceTest {
    /*
     * Design.
     *
     * The packages are those that the module exports, the signatures those that javap prints. A class that users cannot see may
     * be the base of a class that they can: its members are theirs, and so are listed there, too.
     */
    private static final Path RECORDED = Path.of("src", "test", "resources", "api.txt");
    private static final ToolProvider JAVAP = ToolProvider.findFirst("javap").orElseThrow();

    private final Path classes;

    ApiSurfaceTest() throws URISyntaxException {
        classes = Path.of(ByteStream.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    }

    @Test
    void publicSignaturesAreThoseOnRecord() throws Exception {
        List<String> actual = signatures();
        if (Boolean.getBoolean("api.update")) {
            Files.write(RECORDED, actual);
        }

        List<String> recorded = Files.readAllLines(RECORDED);

        assertThat(actual)
                .as(
                        "The public API differs from net/%s. If that is meant, run"
                                + " 'mvn test -pl loop,net -Dtest=io.gyre.net.ApiSurfaceTest -Dapi.update=true"
                                + " -Dsurefire.failIfNoSpecifiedTests=false' and commit the file.",
                        RECORDED)
                .containsExactlyElementsOf(recorded);
    }

    private List<String> signatures() throws IOException, ClassNotFoundException {
        var lines = new ArrayList<String>();
        for (String packageName : exportedPackages()) {
            for (Class<?> type : visibleTypes(packageName)) {
                lines.add(declaration(type));
                members(type).sorted().forEach(lines::add);
            }
        }
        return lines;
    }

    private List<String> exportedPackages() throws IOException {
        try (var descriptor = Files.newInputStream(classes.resolve("module-info.class"))) {
            return ModuleDescriptor.read(descriptor).exports().stream()
                    .map(Exports::source)
                    .sorted()
                    .toList();
        }
    }

    private List<Class<?>> visibleTypes(String packageName) throws IOException, ClassNotFoundException {
        var types = new ArrayList<Class<?>>();
        try (Stream<Path> files = Files.list(classes.resolve(packageName.replace('.', '/')))) {
            for (String name : files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".class") && !name.equals("package-info.class"))
                    .sorted()
                    .toList()) {
                Class<?> type = Class.forName(
                        packageName + "." + name.substring(0, name.length() - ".class".length()),
                        false,
                        ByteStream.class.getClassLoader());
                if (isVisible(type)) {
                    types.add(type);
                }
            }
        }
        return types;
    }

    private static boolean isVisible(Class<?> type) {
        for (Class<?> each = type; each != null; each = each.getEnclosingClass()) {
            if (!Modifier.isPublic(each.getModifiers()) && !Modifier.isProtected(each.getModifiers())) {
                return false;
            }
        }
        return true;
    }

    private String declaration(Class<?> type) {
        return javap(type)
                .filter(line -> line.endsWith(" {"))
                .map(line -> line.substring(0, line.length() - 2))
                .findFirst()
                .orElseThrow();
    }

    private Stream<String> members(Class<?> type) {
        Stream<String> own = javap(type)
                .filter(line -> line.startsWith("  "))
                .map(line -> "  " + line.substring(0, line.length() - 1));
        Class<?> base = type.getSuperclass();
        return base == null || isVisible(base) ? own : Stream.concat(own, members(base));
    }

    /** {@return what javap prints of the public and protected members of a class} */
    private Stream<String> javap(Class<?> type) {
        var out = new StringWriter();
        var printer = new PrintWriter(out, true);
        int exitCode = JAVAP.run(printer, printer, "-protected", "-cp", classes.toString(), type.getName());
        assertThat(exitCode).as("javap of %s printed: %s", type.getName(), out).isZero();
        return out.toString().lines();
    }
}
