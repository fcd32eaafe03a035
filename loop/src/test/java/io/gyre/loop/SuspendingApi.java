package io.gyre.loop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The calls of {@code io.gyre.loop} and its {@code sync} that suspend, as the Javadoc in the sources tells. */
public final class SuspendingApi {
    private static final List<Path> PACKAGES = Stream.of("", "sync")
            .map(Path.of("src", "main", "java", "io", "gyre", "loop")::resolve)
            .toList();

    private static final Pattern SUSPENDS = Pattern.compile("<b>Suspends:</b> (?!no\\b)");
    private static final Pattern DOES_WHAT = Pattern.compile("Does what \\{@link #(\\w+)");

    /** The name in front of the first parenthesis. */
    private static final Pattern METHOD = Pattern.compile("([a-z]\\w*)\\(");

    private static final Pattern ANNOTATION = Pattern.compile("@(SuppressWarnings\\([^)]*\\)|SafeVarargs|Override)");

    private SuspendingApi() {}

    /**
     * A call.
     *
     * @param type that it belongs to
     * @param method its name
     * @param javadoc of the method, in one line; with that of the one that it refers to, if it does what that one does
     * @param surroundings the Javadoc of its type and of its package
     */
    public record Call(String type, String method, String javadoc, String surroundings) {
        private boolean suspends() {
            return SUSPENDS.matcher(javadoc).find();
        }

        private Call withWhatItRefersTo(List<Call> all) {
            Matcher other = DOES_WHAT.matcher(javadoc);
            return other.find()
                    ? all.stream()
                            .filter(call -> call.type.equals(type) && call.method.equals(other.group(1)))
                            .findFirst()
                            .map(found -> new Call(type, method, javadoc + found.javadoc, surroundings))
                            .orElse(this)
                    : this;
        }

        @Override
        public String toString() {
            return type + "." + method;
        }
    }

    /** {@return the calls, in the order of the sources; overloads one by one} */
    public static List<Call> calls() throws IOException {
        var all = new ArrayList<Call>();
        for (Path directory : PACKAGES) {
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.filter(SuspendingApi::isSource).toList()) {
                    addMethods(file, all);
                }
            }
        }
        return all.stream()
                .map(call -> call.withWhatItRefersTo(all))
                .filter(Call::suspends)
                .toList();
    }

    private static boolean isSource(Path file) {
        return file.toString().endsWith(".java") && !file.endsWith("package-info.java");
    }

    private static void addMethods(Path file, List<Call> all) throws IOException {
        String type = file.getFileName().toString().replace(".java", "");
        String ofPackage = Files.readString(file.resolveSibling("package-info.java"));
        String[] parts = Files.readString(file).split("/\\*\\*", -1);
        for (int i = 1; i < parts.length; i++) {
            int end = parts[i].indexOf("*/");
            String javadoc = parts[i].substring(0, end).replaceAll("\\s+(\\*(?!\\S)\\s*)?", " ");
            String code = ANNOTATION.matcher(parts[i].substring(end + 2)).replaceAll("");
            Matcher method = METHOD.matcher(code.split("[{;]", 2)[0]);
            if (method.find()) {
                all.add(new Call(type, method.group(1), javadoc, parts[1] + ofPackage));
            }
        }
    }
}
