package io.gyre.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Exports;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Compares what users can see with a file that is checked in, so that no change of it goes unnoticed. */
class ApiSurfaceTest {
    private static final Path CLASSES = classes();
    private static final Path RECORDED = Path.of("src", "test", "resources", "api.txt");

    @Test
    void publicSignaturesAreThoseOnRecord() throws Exception {
        List<String> actual = signatures();
        if (Boolean.getBoolean("api.update")) {
            Files.write(RECORDED, actual);
        }

        List<String> recorded = Files.readAllLines(RECORDED);

        assertThat(actual)
                .as(
                        "The public API differs from loop/%s. If that is meant, run"
                                + " 'mvn test -pl loop -Dtest=ApiSurfaceTest -Dapi.update=true'"
                                + " and commit the file.",
                        RECORDED)
                .containsExactlyElementsOf(recorded);
    }

    private static List<String> signatures() throws IOException, ClassNotFoundException {
        var lines = new ArrayList<String>();
        for (String packageName : exportedPackages()) {
            for (Class<?> type : publicTypes(packageName)) {
                lines.add(declaration(type));
                membersOf(type).sorted().map(member -> "    " + member).forEach(lines::add);
            }
        }
        return lines;
    }

    private static Path classes() {
        try {
            return Path.of(EventLoop.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> exportedPackages() throws IOException {
        try (var descriptor = Files.newInputStream(CLASSES.resolve("module-info.class"))) {
            return ModuleDescriptor.read(descriptor).exports().stream()
                    .map(Exports::source)
                    .sorted()
                    .toList();
        }
    }

    private static List<Class<?>> publicTypes(String packageName) throws IOException, ClassNotFoundException {
        var types = new ArrayList<Class<?>>();
        try (Stream<Path> files = Files.list(CLASSES.resolve(packageName.replace('.', '/')))) {
            for (String name : files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".class") && !name.equals("package-info.class"))
                    .sorted()
                    .toList()) {
                Class<?> type = Class.forName(packageName + "." + name.substring(0, name.length() - 6));
                if (isVisible(type.getModifiers()) && !type.isAnonymousClass()) {
                    types.add(type);
                }
            }
        }
        return types;
    }

    private static String declaration(Class<?> type) {
        var line = new StringBuilder(type.toGenericString());
        if (type.getGenericSuperclass() != null && type.getSuperclass() != Object.class) {
            line.append(" extends ").append(type.getGenericSuperclass().getTypeName());
        }
        for (var implemented : type.getGenericInterfaces()) {
            line.append(" : ").append(implemented.getTypeName());
        }
        return line.toString();
    }

    private static Stream<String> membersOf(Class<?> type) {
        Stream<Member> members = Stream.of(
                        Stream.<Member>of(type.getDeclaredFields()),
                        Stream.<Member>of(type.getDeclaredConstructors()),
                        Stream.<Member>of(type.getDeclaredMethods()))
                .flatMap(each -> each);
        return members.filter(member -> isVisible(member.getModifiers()) && !member.isSynthetic())
                .map(ApiSurfaceTest::signature);
    }

    private static String signature(Member member) {
        return switch (member) {
            case Method method -> method.toGenericString();
            case Constructor<?> constructor -> constructor.toGenericString();
            case Field field -> field.toGenericString();
            default -> throw new IllegalArgumentException("" + member);
        };
    }

    private static boolean isVisible(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }
}
