package io.gyre.net;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopFuture;
import io.gyre.loop.LoopOptions;
import io.gyre.loop.spi.Failure;
import io.gyre.net.testing.StreamPair;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Two ends of one TCP connection on one loop. */
public final class TcpPair {
    interface Test {
        void run(TcpStream left, TcpStream right) throws Exception;
    }

    /** A test without connections. */
    public interface LoopTest {
        /** Runs it as the main task of a loop. */
        void run() throws Exception;
    }

    private TcpPair() {}

    /** {@return a free port of the loopback interface} */
    public static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    /** {@return two connected streams} */
    public static StreamPair<TcpStream> connected() throws IOException {
        try (var server = ServerSocketChannel.open()) {
            server.bind(loopback());
            TcpStream left = TcpStream.connect((InetSocketAddress) server.getLocalAddress());
            return new StreamPair<>(left, TcpStream.of(server.accept()));
        }
    }

    /** Runs a test with a connected pair, and requires that nothing went unreported and nothing is left. */
    static void run(Test test) throws Exception {
        runLoop(() -> {
            LoopFuture<TcpStream> accepted = EventLoop.current().createFuture();
            LoopFuture<@Nullable Void> over = EventLoop.current().createFuture();
            try (TcpServer server = TcpServer.serve(loopback(), stream -> {
                        accepted.setResult(stream);
                        over.await();
                    });
                    TcpStream left = TcpStream.connect(server.address())) {
                test.run(left, accepted.await());
                over.setResult(null);
            }
        });
    }

    /** Runs a test on a loop, and requires that no failure was reported. */
    static void runLoop(LoopTest test) throws Exception {
        List<Failure> failures = runLoopForFailures(test);
        if (!failures.isEmpty()) {
            throw new AssertionError(
                    failures.getFirst().message(), failures.getFirst().exception());
        }
    }

    /** {@return the failures that were reported while a test ran} */
    public static List<Failure> runLoopForFailures(LoopTest test) throws Exception {
        var failures = new ArrayList<Failure>();
        EventLoop.run(LoopOptions.defaults().withFailureHandler(failures::add), test::run);
        return failures;
    }
}
