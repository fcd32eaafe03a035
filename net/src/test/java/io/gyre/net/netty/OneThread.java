package io.gyre.net.netty;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.sleep;

import io.gyre.loop.EventLoop;
import io.gyre.loop.Task;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.netty.util.concurrent.Promise;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.management.ObjectName;

/** Prints the selectors and the threads of a bare loop, and those of one with a TLS server and client, timers and tasks. */
final class OneThread {
    private OneThread() {}

    public static void main(String[] args) throws Exception {
        PrintStream out = System.out;
        EventLoop.run(() -> {
            offload(() -> {}); // the pool of a bare loop, which loads Netty's classes
            sleep(Duration.ofMillis(1));
            Set<String> before = threads();

            talk();

            Set<String> added = threads();
            added.removeAll(before);
            out.println("selectors " + selectors());
            out.println("threads " + added);
        });
    }

    private static void talk() throws Exception {
        X509Bundle identity = new CertificateBuilder()
                .subject("CN=localhost")
                .addSanDnsName("localhost")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        SslContext server =
                SslContextBuilder.forServer(identity.toKeyManagerFactory()).build();
        SslContext client = SslContextBuilder.forClient()
                .trustManager(identity.getCertificate())
                .build();
        var executor = Netty.offloadExecutor();
        Channel listening = Channels.serve(new ChannelInitializer<SocketChannel>() {
            @Override
            protected void initChannel(SocketChannel channel) {
                channel.pipeline().addLast(server.newHandler(channel.alloc(), executor), new EchoHandler());
            }
        });
        Task<?> ticking = createTask(() -> {
            for (int i = 0; i < 20; i++) {
                sleep(Duration.ofMillis(1));
            }
        });
        for (int i = 0; i < 20; i++) {
            Promise<String> answer = Channels.group().next().newPromise();
            Channel connection = Channels.connect(listening.localAddress(), new ChannelInitializer<SocketChannel>() {
                @Override
                protected void initChannel(SocketChannel channel) {
                    SslHandler tls = client.newHandler(channel.alloc(), "localhost", 443, executor);
                    channel.pipeline().addLast(tls, new Collector(answer, 6));
                }
            });
            Netty.await(Channels.group().schedule(() -> {}, 1, TimeUnit.MILLISECONDS));
            connection.writeAndFlush(Channels.text("secret"));
            if (!Netty.await(answer).equals("secret")) {
                throw new AssertionError("no echo");
            }
            Netty.await(connection.close());
        }
        ticking.await();
    }

    private static Set<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** By class, because the JDK's own pollers have descriptors of the same kind. */
    private static long selectors() throws Exception {
        String histogram = (String) ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "gcClassHistogram",
                        new Object[] {null},
                        new String[] {String[].class.getName()});
        return histogram
                .lines()
                .filter(line -> line.contains("sun.nio.ch.EPollSelectorImpl ")
                        || line.contains("sun.nio.ch.EPollSelectorImpl("))
                .map(line -> line.strip().split("\\s+", -1)[1])
                .mapToLong(Long::parseLong)
                .sum();
    }
}
