package io.gyre.examples.crm;

import io.gyre.examples.Peer;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A database that the test starts and ends. */
final class Database {
    /** What there is to test with. */
    enum Kind {
        H2,
        MARIADB
    }

    private final String url;
    private final Callable<?> ending;

    private Database(String url, Callable<?> ending) {
        this.url = url;
        this.ending = ending;
    }

    /** {@return a database} If the system has none of that kind, the test is skipped, and says what to install. */
    static Database start(Kind kind, Path directory) throws Exception {
        return switch (kind) {
            case H2 -> {
                InMemoryDatabase database = InMemoryDatabase.start();
                yield new Database(database.url(), Executors.callable(database::close));
            }
            case MARIADB -> startMariaDb(directory);
        };
    }

    /** Without grants anybody may do anything; it listens on the loopback address alone, and ends with the test. */
    private static Database startMariaDb(Path directory) throws Exception {
        Path data = directory.resolve("data");
        Path output = directory.resolve("install");
        Process install = new ProcessBuilder(
                        Peer.requireInstalled("mariadb-install-db", "mariadb-server"),
                        "--no-defaults",
                        "--skip-test-db",
                        "--user=" + System.getProperty("user.name"),
                        "--datadir=" + data)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!install.waitFor(60, TimeUnit.SECONDS) || install.exitValue() != 0) {
            throw new AssertionError("mariadb-install-db has failed: see " + output);
        }
        int port = Peer.freePort();
        Process server = new ProcessBuilder(
                        Peer.requireInstalled("mariadbd", "mariadb-server"),
                        "--no-defaults",
                        "--skip-grant-tables",
                        "--user=" + System.getProperty("user.name"),
                        "--datadir=" + data,
                        "--socket=" + directory.resolve("s"),
                        "--pid-file=" + directory.resolve("pid"),
                        "--bind-address=127.0.0.1",
                        "--port=" + port)
                .redirectErrorStream(true)
                .start();
        var database = new Database(
                "jdbc:mariadb://127.0.0.1:" + port + "/crm?createDatabaseIfNotExist=true&user=root",
                () -> server.destroyForcibly().waitFor());
        try {
            awaitReady(server);
            return database;
        } catch (Throwable failure) {
            database.end();
            throw failure;
        }
    }

    /** Reads its log until it says that it is ready; after that a thread of its own reads on, lest the pipe be full. */
    private static void awaitReady(Process server) throws IOException {
        BufferedReader log = server.inputReader();
        var lines = new ArrayDeque<String>();
        for (String line = log.readLine(); line != null; line = log.readLine()) {
            lines.add(line);
            if (line.contains("ready for connections")) {
                Thread.ofPlatform().daemon().name("mariadb-log").start(() -> log.lines()
                        .forEach(_ -> {}));
                return;
            }
        }
        throw new AssertionError("mariadbd has ended: " + List.copyOf(lines));
    }

    String url() {
        return url;
    }

    void end() throws Exception {
        ending.call();
    }
}
