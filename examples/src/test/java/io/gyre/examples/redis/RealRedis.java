package io.gyre.examples.redis;

import static io.gyre.examples.Talk.ANY_PORT;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.timeout;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.gyre.net.TcpServer;
import io.gyre.net.TcpStream;
import io.gyre.net.os.Subprocess;
import io.gyre.net.os.SubprocessOptions;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/** A Redis server of this machine, for one test; a test that needs it is skipped where there is none. */
public final class RealRedis implements AutoCloseable {
    private final Subprocess process;
    private final int port;

    private RealRedis(Subprocess process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Starts it, and waits until it accepts connections. */
    public static RealRedis start(Path directory) throws Exception {
        assumeThat(Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1)))
                .anyMatch(entry -> Files.isExecutable(Path.of(entry, "redis-server")));
        int port = freePort();
        Subprocess process = Subprocess.exec(
                SubprocessOptions.of("redis-server", "--port", "" + port, "--bind", "127.0.0.1", "--save", "")
                        .withDirectory(directory)
                        .withStdout(ProcessBuilder.Redirect.DISCARD));
        timeout(Duration.ofSeconds(8), () -> {
            while (!accepts(port)) {
                sleep(Duration.ofMillis(20));
            }
        });
        return new RealRedis(process, port);
    }

    private static int freePort() throws IOException {
        try (TcpServer free = TcpServer.serve(ANY_PORT, stream -> {})) {
            return free.address().getPort();
        }
    }

    private static boolean accepts(int port) {
        try (var _ = TcpStream.connect("127.0.0.1", port)) {
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    public int port() {
        return port;
    }

    @Override
    public void close() throws IOException {
        process.close();
    }
}
