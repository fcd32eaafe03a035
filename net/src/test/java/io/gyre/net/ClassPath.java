package io.gyre.net;

import io.gyre.loop.EventLoop;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The class path of this process, with the classes of Gyre and its tests in jars or in directories, whatever they are in here. */
final class ClassPath {
    private static final List<Class<?>> OURS = List.of(EventLoop.class, TcpServer.class, ClassPath.class);

    private ClassPath() {}

    /** {@return a class path on which the JVM opens a file for each class of ours that it loads} */
    static String withDirectories(Path temporary) throws IOException {
        List<Path> directories = new ArrayList<>();
        for (Path place : ours()) {
            Path directory = Files.createTempDirectory(temporary, "classes");
            copy(place, directory);
            directories.add(directory);
        }
        return join(directories);
    }

    /** {@return a class path on which the classes of ours come from jars, which stay open} */
    static String withJars(Path temporary) throws IOException {
        List<Path> jars = new ArrayList<>();
        for (Path place : ours()) {
            Path jar = temporary.resolve("classes-" + jars.size() + ".jar");
            URI root = URI.create("jar:" + jar.toUri());
            try (FileSystem inside = FileSystems.newFileSystem(root, Map.of("create", "true"))) {
                copy(place, inside.getPath("/"));
            }
            jars.add(jar);
        }
        return join(jars);
    }

    private static List<Path> ours() {
        return OURS.stream().map(ClassPath::placeOf).distinct().toList();
    }

    private static Path placeOf(Class<?> type) {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String join(List<Path> first) {
        List<Path> ours = ours();
        Stream<String> others = Arrays.stream(
                        System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !ours.contains(Path.of(entry)));
        return String.join(
                File.pathSeparator,
                Stream.concat(first.stream().map(Path::toString), others).toList());
    }

    private static void copy(Path place, Path target) throws IOException {
        if (Files.isDirectory(place)) {
            copyTree(place, target);
            return;
        }
        try (FileSystem inside = FileSystems.newFileSystem(place)) {
            copyTree(inside.getPath("/"), target);
        }
    }

    private static void copyTree(Path root, Path target) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            files.filter(Files::isRegularFile).forEach(file -> {
                try {
                    Path copy = target.resolve(root.relativize(file).toString());
                    Files.createDirectories(copy.getParent());
                    Files.copy(file, copy);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
