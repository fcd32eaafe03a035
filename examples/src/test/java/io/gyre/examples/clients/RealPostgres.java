package io.gyre.examples.clients;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.gyre.examples.Peer;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A PostgreSQL server for one test, with data of its own; the test is skipped where there is none, and says what to install. It
 * listens on the loopback address alone, and asks nobody for a password.
 */
final class RealPostgres {
    /** Debian keeps the programs of all versions here, and off the path. */
    private static final Path VERSIONS = Path.of("/usr/lib/postgresql");

    private static final int PATIENCE_SECONDS = 60;

    private final Path programs;
    private final Path directory;
    private final int port;

    private RealPostgres(Path programs, Path directory, int port) {
        this.programs = programs;
        this.directory = directory;
        this.port = port;
    }

    /** Starts it, and waits until it accepts connections. */
    static RealPostgres start(Path directory) throws Exception {
        var server = new RealPostgres(requireInstalled(), directory, Peer.freePort());
        if (isRoot()) {
            Files.setOwner(
                    directory,
                    directory.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
        }
        server.run("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync");
        Files.writeString(
                server.data().resolve("postgresql.conf"), """
                listen_addresses = '127.0.0.1'
                port = %d
                unix_socket_directories = ''
                fsync = off
                """.formatted(server.port), StandardOpenOption.APPEND);
        server.run("pg_ctl", "start", "--wait", "--silent", "--log=" + directory.resolve("log"));
        return server;
    }

    private static Path requireInstalled() throws IOException {
        var found = new ArrayList<Path>();
        if (Files.isDirectory(VERSIONS)) {
            try (Stream<Path> versions = Files.list(VERSIONS)) {
                versions.sorted(Comparator.reverseOrder())
                        .map(version -> version.resolve("bin"))
                        .forEach(found::add);
            }
        }
        Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .map(Path::of)
                .forEach(found::add);
        found.removeIf(programs -> !Files.isExecutable(programs.resolve("initdb")));
        Assumptions.assumeTrue(!found.isEmpty(), "there is no PostgreSQL server: install the package postgresql");
        return found.getFirst();
    }

    private static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    int port() {
        return port;
    }

    private Path data() {
        return directory.resolve("data");
    }

    /** PostgreSQL refuses to run as root, and needs no more rights than those of nobody. */
    private void run(String program, String... arguments) throws Exception {
        var command = new ArrayList<String>();
        if (isRoot()) {
            command.addAll(List.of(
                    Peer.requireInstalled("setpriv", "util-linux"),
                    "--reuid=nobody",
                    "--regid=nogroup",
                    "--clear-groups"));
        }
        command.addAll(List.of(programs.resolve(program).toString(), "--pgdata=" + data()));
        command.addAll(List.of(arguments));
        Path output = directory.resolve(program + ".out");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new AssertionError(command + " has failed: " + Files.readString(output, UTF_8));
        }
    }

    /** Breaks off what is still connected. */
    void stop() throws Exception {
        run("pg_ctl", "stop", "--wait", "--silent", "--mode=fast");
    }
}
