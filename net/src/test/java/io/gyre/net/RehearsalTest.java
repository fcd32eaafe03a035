package io.gyre.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.gyre.loop.EventLoop;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Without descriptors no class can be loaded from a directory: a server that has none left must not need one. */
final class RehearsalTest {
    private static final int DESCRIPTORS = 80;

    /** For what takes milliseconds, unless the acceptor has died. */
    private static final int LIMIT_MILLIS = 15_000;

    @TempDir
    @SuppressWarnings("NullAway.Init") // by JUnit
    private Path directory;

    /** {@return where the classes of these come from, of which each that is a jar has been unpacked} */
    private List<Path> classes() throws IOException, URISyntaxException {
        List<Path> found = new ArrayList<>();
        for (Class<?> each : List.of(EventLoop.class, TcpServer.class, RehearsedServer.class)) {
            Path place = Path.of(
                    each.getProtectionDomain().getCodeSource().getLocation().toURI());
            found.add(Files.isDirectory(place) ? place : unpacked(place));
        }
        return found;
    }

    private Path unpacked(Path jar) throws IOException {
        Path target = Files.createTempDirectory(directory, "classes");
        try (var zip = new ZipFile(jar.toFile())) {
            for (ZipEntry entry : zip.stream().map(ZipEntry.class::cast).toList()) {
                Path file = target.resolve(entry.getName());
                if (!entry.isDirectory()) {
                    Files.createDirectories(file.getParent());
                    try (var bytes = zip.getInputStream(entry)) {
                        Files.copy(bytes, file);
                    }
                }
            }
        }
        return target;
    }

    private Path packed(Path classes) throws IOException {
        Path jar = Files.createTempFile(directory, "classes", ".jar");
        try (var out = new JarOutputStream(Files.newOutputStream(jar));
                var files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = classes.relativize(file).toString().replace(File.separatorChar, '/');
                if (!name.startsWith("META-INF/")) {
                    out.putNextEntry(new ZipEntry(name));
                    Files.copy(file, out);
                }
            }
        }
        return jar;
    }

    @Test
    @Timeout(60)
    void classesInDirectories() throws Exception {
        exhaust(classes());
    }

    @Test
    @Timeout(60)
    void classesInJars() throws Exception {
        List<Path> jars = new ArrayList<>();
        for (Path place : classes()) {
            jars.add(packed(place));
        }
        exhaust(jars);
    }

    private void exhaust(List<Path> classPath) throws Exception {
        assumeThat(Files.isExecutable(Path.of("/bin/sh")))
                .as("/bin/sh, for ulimit")
                .isTrue();
        Path errors = directory.resolve("errors");
        Process server = new ProcessBuilder(
                        "/bin/sh",
                        "-c",
                        "ulimit -n " + DESCRIPTORS + "; exec \"$@\"",
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:-MaxFDLimit",
                        "--add-opens",
                        "java.base/java.lang=ALL-UNNAMED",
                        "-cp",
                        String.join(
                                File.pathSeparator,
                                classPath.stream().map(Path::toString).toList()),
                        RehearsedServer.class.getName())
                .redirectError(errors.toFile())
                .start();
        List<Socket> clients = new ArrayList<>();
        try {
            exhaust(server.inputReader(), server.getOutputStream(), clients);
        } finally {
            for (Socket client : clients) {
                client.close();
            }
            server.getOutputStream().close();
            server.onExit().join();
        }
        assertThat(server.exitValue()).isZero();
        assertThat(errors).content().contains("cannot accept").doesNotContain("NoClassDefFoundError");
    }

    private static void exhaust(BufferedReader answers, OutputStream commands, List<Socket> clients)
            throws IOException {
        int port = Integer.parseInt(answers.readLine());
        for (int i = 0; i < 20; i++) {
            clients.add(new Socket(InetAddress.getLoopbackAddress(), port));
            assertEchoes(clients.getLast(), 1);
        }
        assertThat(pausesAfter('?', answers, commands)).isZero();
        pausesAfter('t', answers, commands);
        for (int i = 0; i < DESCRIPTORS; i++) {
            clients.add(new Socket(InetAddress.getLoopbackAddress(), port));
        }
        long limit = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LIMIT_MILLIS);
        while (pausesAfter('?', answers, commands) < 2) {
            assertThat(limit - System.nanoTime()).as("the acceptor lives").isPositive();
        }

        for (Socket early : clients.subList(0, 20)) {
            assertEchoes(early, 2);
        }
        pausesAfter('g', answers, commands);
        for (Socket early : clients.subList(0, 60)) {
            early.close();
        }
        assertEchoes(clients.getLast(), 3); // it had to wait
    }

    private static long pausesAfter(char command, BufferedReader answers, OutputStream commands) throws IOException {
        commands.write(command);
        commands.flush();
        String answer = answers.readLine();
        assertThat(answer).as("the server lives").isNotNull();
        return Long.parseLong(answer);
    }

    private static void assertEchoes(Socket client, int value) throws IOException {
        client.setSoTimeout(LIMIT_MILLIS);
        client.getOutputStream().write(value);
        assertThat(client.getInputStream().read()).isEqualTo(value);
    }
}
