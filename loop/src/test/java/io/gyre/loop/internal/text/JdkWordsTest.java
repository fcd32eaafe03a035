package io.gyre.loop.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.Async;
import io.gyre.loop.HandDrivenLoop;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No class that nobody knows, and no hash. */
class JdkWordsTest {
    private static final InetSocketAddress LOOPBACK = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private static String words(Object object) {
        String words = Describe.object(object);
        assertThat(words).doesNotContainPattern("@[0-9a-f]+").doesNotContain("sun.", "Impl", "$$");
        return words;
    }

    @Test
    void files(@TempDir Path directory) throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        try (FileChannel channel = FileChannel.open(file);
                var stream = Files.newInputStream(file)) {
            assertThat(words(channel)).isEqualTo("a file channel");
            assertThat(words(stream)).isEqualTo("an InputStream");
            assertThat(words(file)).isEqualTo(file.toString());
        }
    }

    @Test
    void sockets() throws IOException {
        try (var server = ServerSocketChannel.open()) {
            assertThat(words(server)).isEqualTo("a server socket channel (unbound)");
            server.bind(LOOPBACK);
            assertThat(words(server))
                    .isEqualTo("a server socket channel on 127.0.0.1:"
                            + server.socket().getLocalPort());
            try (var client = SocketChannel.open(server.getLocalAddress())) {
                assertThat(words(client))
                        .startsWith("a socket channel (connected ")
                        .contains(" remote=")
                        .endsWith(":" + server.socket().getLocalPort() + ")");
            }
        }
    }

    @Test
    void addresses() throws IOException {
        assertThat(words(new InetSocketAddress(InetAddress.getByAddress("a.test", new byte[] {1, 2, 3, 4}), 5)))
                .isEqualTo("1.2.3.4:5");
        assertThat(words(new InetSocketAddress(InetAddress.ofLiteral("::1"), 5)))
                .isEqualTo("[0:0:0:0:0:0:0:1]:5");
        assertThat(words(InetSocketAddress.createUnresolved("b.test", 5))).isEqualTo("b.test:5");
    }

    @Test
    void datagramSockets() throws IOException {
        DatagramChannel channel = DatagramChannel.open();
        try (channel) {
            channel.bind(LOOPBACK);
            assertThat(words(channel))
                    .isEqualTo("a datagram channel on 127.0.0.1:"
                            + channel.socket().getLocalPort());
        }
        assertThat(words(channel)).isEqualTo("a datagram channel (closed)");
    }

    @Test
    void pipesSelectorsAndKeys() throws IOException {
        Pipe pipe = Pipe.open();
        try (Pipe.SourceChannel source = pipe.source();
                Pipe.SinkChannel sink = pipe.sink();
                Selector selector = Selector.open()) {
            source.configureBlocking(false);
            SelectionKey key = source.register(selector, SelectionKey.OP_READ);

            assertThat(words(source)).isEqualTo("the reading end of a pipe");
            assertThat(words(sink)).isEqualTo("the writing end of a pipe");
            assertThat(words(selector)).isEqualTo("a selector");
            assertThat(words(key)).isEqualTo("the selection key of the reading end of a pipe");
        }
    }

    @Test
    void threads() throws InterruptedException {
        assertThat(words(Thread.ofPlatform().name("crawler").unstarted(() -> {})))
                .isEqualTo("thread 'crawler'");
        assertThat(words(Thread.ofVirtual().name("light").unstarted(() -> {}))).isEqualTo("virtual thread 'light'");
        Thread nameless = Thread.ofVirtual().unstarted(() -> {});
        assertThat(words(nameless)).isEqualTo("virtual thread #" + nameless.threadId());
    }

    @Test
    void processes() throws Exception {
        Process process = new ProcessBuilder("true").start();
        process.waitFor();

        assertThat(words(process)).isEqualTo("process " + process.pid());
        assertThat(words(ProcessHandle.current()))
                .isEqualTo("process " + ProcessHandle.current().pid());
    }

    @Test
    void lambdas() {
        Runnable lambda = () -> {};
        Runnable reference = JdkWordsTest::new;

        assertThat(words(lambda)).isEqualTo("a lambda of " + JdkWordsTest.class.getName());
        assertThat(words(reference)).isEqualTo("a lambda of " + JdkWordsTest.class.getName());
    }

    @Test
    void futuresAndLocks() {
        assertThat(words(new CompletableFuture<>())).isEqualTo("a CompletableFuture (Not completed)");
        assertThat(words(new ReentrantLock())).isEqualTo("a ReentrantLock (Unlocked)");
        assertThat(words(new CountDownLatch(2))).isEqualTo("a CountDownLatch (Count = 2)");
        assertThat(words(new Semaphore(3))).isEqualTo("a Semaphore (Permits = 3)");
        assertThat(words(new FutureTask<>(() -> "")))
                .isEqualTo("a FutureTask (Not completed, task = a lambda of " + JdkWordsTest.class.getName() + ")");
        assertThat(words(new FutureTask<>(() -> {}, "")))
                .isEqualTo("a FutureTask (Not completed, task = RunnableAdapter[Wrapped task = a lambda of "
                        + JdkWordsTest.class.getName() + "])");
        assertThat(words(new Object())).isEqualTo("an Object");
    }

    @Test
    void executors() {
        try (var pool = Executors.newFixedThreadPool(1);
                var wrapped = Executors.unconfigurableExecutorService(pool)) {
            assertThat(words(pool)).startsWith("a ThreadPoolExecutor (Running, ");
            assertThat(words(wrapped)).startsWith("an ExecutorService");
        }
    }

    @Test
    void arraysAndBuffers() {
        assertThat(words(new byte[3])).isEqualTo("a byte[] of length 3");
        assertThat(words(new char[1])).isEqualTo("a char[] of length 1");
        assertThat(words(new short[1])).isEqualTo("a short[] of length 1");
        assertThat(words(new int[0])).isEqualTo("an int[] of length 0");
        assertThat(words(new long[1])).isEqualTo("a long[] of length 1");
        assertThat(words(new float[1])).isEqualTo("a float[] of length 1");
        assertThat(words(new double[1])).isEqualTo("a double[] of length 1");
        assertThat(words(new boolean[1])).isEqualTo("a boolean[] of length 1");
        assertThat(words(new String[2][3])).isEqualTo("a String[][] of length 2");
        assertThat(words(ByteBuffer.allocate(4))).isEqualTo("a ByteBuffer (pos=0 lim=4 cap=4)");
        assertThat(words(ByteBuffer.allocateDirect(4))).isEqualTo("a ByteBuffer (pos=0 lim=4 cap=4)");
        assertThat(words(new ByteArrayInputStream(new byte[1]))).isEqualTo("a ByteArrayInputStream");
    }

    @Test
    void goodWordsStayAsTheyAre() {
        assertThat(words(StandardCharsets.UTF_8)).isEqualTo("UTF-8");
        assertThat(words(new IOException("boom"))).isEqualTo("java.io.IOException: boom");
        assertThat(words(new IOException())).isEqualTo("java.io.IOException");
        assertThat(words(List.of(1, 2))).isEqualTo("[1, 2]");
        assertThat(words(String.class)).isEqualTo("class java.lang.String");
        assertThat(words("java.lang.String@12".substring(0, 16))).isEqualTo("java.lang.String");
    }

    /** A text is not an object of the JDK that calls itself by its class. */
    @Test
    void textThatLooksLikeAHashStaysAsItIs() {
        assertThat(Describe.object("java.lang.String@12")).isEqualTo("java.lang.String@12");
    }

    @Test
    void waitReasonIsInWords() throws IOException {
        Pipe pipe = Pipe.open();
        try (var driven = new HandDrivenLoop();
                Pipe.SourceChannel source = pipe.source();
                Pipe.SinkChannel sink = pipe.sink()) {
            source.configureBlocking(false);
            var future = new CompletableFuture<String>();
            Task<?> reader = driven.start(() -> LowLevel.awaitReadable(source));
            Task<?> waiter = driven.start(() -> {
                Async.await(future);
            });

            driven.run(() -> {
                assertThat(reader.waitsFor()).contains("the reading end of a pipe");
                assertThat(waiter.waitsFor()).contains("a CompletableFuture (Not completed");
            });

            assertThat(sink.write(ByteBuffer.allocate(1))).isEqualTo(1);
            future.complete("done");
            driven.runUntil(() -> reader.isDone() && waiter.isDone());
        }
    }
}
