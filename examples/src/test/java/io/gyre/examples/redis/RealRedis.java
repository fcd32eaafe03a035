package io.gyre.examples.redis;

import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.timeout;

import io.gyre.examples.Peer;
import io.gyre.net.TcpStream;
import io.gyre.net.os.Subprocess;
import io.gyre.net.os.SubprocessOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** A Redis server of this machine, for one test, which is skipped where there is none, and says what to install. */
public final class RealRedis implements AutoCloseable {
    private final Subprocess process;
    private final int port;

    private RealRedis(Subprocess process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Starts it, and waits until it accepts connections. */
    public static RealRedis start(Path directory) throws Exception {
        String program = Peer.requireInstalled("redis-server", "redis-server");
        int port = Peer.freePort();
        Subprocess process =
                Subprocess.exec(SubprocessOptions.of(program, "--port", "" + port, "--bind", "127.0.0.1", "--save", "")
                        .withDirectory(directory)
                        .withStdout(ProcessBuilder.Redirect.DISCARD));
        timeout(Duration.ofSeconds(8), () -> {
            while (!accepts(port)) {
                sleep(Duration.ofMillis(20));
            }
        });
        return new RealRedis(process, port);
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
