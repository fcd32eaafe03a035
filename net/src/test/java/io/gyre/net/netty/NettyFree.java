package io.gyre.net.netty;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.gyre.loop.EventLoop;
import io.gyre.net.TcpServer;
import io.gyre.net.TcpStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Loads each class of {@code io.gyre.net} but those of this package and of its tests, and echoes a line. */
final class NettyFree {
    private NettyFree() {}

    public static void main(String[] args) throws Exception {
        try {
            Class.forName("io.netty.channel.Channel");
        } catch (ClassNotFoundException e) {
            System.out.println("no Netty");
        }
        loadAll();
        System.out.println("loaded");
        System.out.println(EventLoop.run(NettyFree::echo));
    }

    private static void loadAll() throws IOException, URISyntaxException {
        URI place = TcpServer.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI();
        Path root = Path.of(place);
        if (Files.isDirectory(root)) {
            loadAll(root);
            return;
        }
        try (FileSystem jar = FileSystems.newFileSystem(root)) {
            loadAll(jar.getPath("/"));
        }
    }

    private static void loadAll(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            files.map(file -> root.relativize(file).toString().replace('\\', '/'))
                    .filter(name -> name.startsWith("io/gyre/net/")
                            && name.endsWith(".class")
                            && !name.startsWith("io/gyre/net/netty/")
                            && !name.startsWith("io/gyre/net/testing/"))
                    .map(name ->
                            name.substring(0, name.length() - ".class".length()).replace('/', '.'))
                    .forEach(NettyFree::load);
        }
    }

    private static void load(String name) {
        try {
            Class.forName(name);
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    private static String echo() throws IOException {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (var server = TcpServer.serve(address, stream -> stream.write(stream.readExactly(5)));
                var stream = TcpStream.connect(server.address())) {
            stream.write("hello".getBytes(UTF_8));
            return new String(stream.readExactly(5), UTF_8);
        }
    }
}
