package io.gyre.net;

import io.gyre.loop.Async;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopOptions;
import io.gyre.loop.testing.VirtualClock;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A program of its own, for a low limit of open files: echoes, and prints what its server has done when asked. With an argument its
 * clock stands still.
 */
final class ExhaustedServer {
    private ExhaustedServer() {}

    public static void main(String[] args) throws IOException {
        loadClasses();
        LoopOptions options = LoopOptions.defaults();
        EventLoop.run(args.length == 0 ? options : options.withTicker(VirtualClock.manual()), () -> {
            try (TcpServer server = TcpServer.serve(TcpPair.loopback(), stream -> {
                ByteBuffer buffer = ByteBuffer.allocate(100);
                while (stream.read(buffer.clear()) >= 0) {
                    stream.write(buffer.flip());
                }
            })) {
                System.out.println(server.address().getPort());
                while (Async.offload(() -> System.in.read()) >= 0) {
                    ServerStatistics seen = server.statistics();
                    System.out.println(seen.accepted() + " " + seen.active() + " " + seen.acceptPauses() + " "
                            + EventLoop.current().statistics().ticks());
                }
                Async.sleep(Duration.ZERO);
            }
        });
    }

    /** Each class of a directory needs a descriptor to be loaded; those of a jar share one. */
    private static void loadClasses() throws IOException {
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path root = Path.of(entry);
            if (Files.isDirectory(root)) {
                try (var files = Files.walk(root)) {
                    files.map(file -> root.relativize(file).toString())
                            .filter(name -> name.endsWith(".class") && name.startsWith("io"))
                            .filter(name -> !name.contains("Test"))
                            .forEach(ExhaustedServer::load);
                }
            }
        }
    }

    private static void load(String file) {
        try {
            Class.forName(file.substring(0, file.length() - ".class".length()).replace(File.separatorChar, '.'));
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(file, e);
        }
    }
}
