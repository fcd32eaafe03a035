package io.gyre.net;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.net.Talk.echo;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopOptions;
import io.gyre.loop.Task;
import io.gyre.loop.spi.Failure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Handlers that do what they should not: each costs its own connection, and is named. */
@Timeout(60)
class BadHandlersTest {
    /** The byte that a client sends to the handler that misbehaves. */
    private static final byte MISBEHAVE = 1;

    private static void assertServes(TcpServer server) throws IOException {
        try (TcpStream client = TcpStream.connect(server.address())) {
            client.write(new byte[] {0, 2});
            assertThat(client.readExactly(1)).containsExactly(2);
        }
    }

    private static boolean isToMisbehave(TcpStream stream) throws IOException {
        return stream.readExactly(1)[0] == MISBEHAVE;
    }

    @Test
    void handlerThatThrowsCostsItsConnectionAndIsReportedWithItsPeer() throws Exception {
        var boom = new IllegalStateException("boom");
        var peers = new ArrayList<String>();
        List<Failure> failures = TcpPair.runLoopForFailures(() -> {
            try (TcpServer server = TcpServer.serve(TcpPair.loopback(), stream -> {
                        if (isToMisbehave(stream)) {
                            throw boom;
                        }
                        echo(stream);
                    });
                    TcpStream client = TcpStream.connect(server.address())) {
                peers.add(Addresses.text(client.local()));
                client.write(new byte[] {MISBEHAVE});

                assertThat(client.read(ByteBuffer.allocate(1))).isNegative();
                assertServes(server);
                assertThat(server.statistics().failed()).isOne();
            }
        });

        assertThat(failures).singleElement().satisfies(failure -> {
            assertThat(failure.what())
                    .contains("the handler of TcpStream[" + peers.getFirst())
                    .contains("the connection was closed");
            assertThat(failure.exception()).isSameAs(boom);
        });
    }

    private static RuntimeException ring() {
        var outer = new RuntimeException("outer");
        var inner = new RuntimeException("inner");
        outer.initCause(inner);
        inner.initCause(outer);
        return outer;
    }

    @Test
    void handlerThatThrowsARingOfCausesCostsItsConnectionAndNothingElse() throws Exception {
        List<Failure> failures = TcpPair.runLoopForFailures(() -> {
            try (TcpServer server = TcpServer.serve(TcpPair.loopback(), stream -> {
                        if (isToMisbehave(stream)) {
                            throw ring();
                        }
                        echo(stream);
                    });
                    TcpStream client = TcpStream.connect(server.address())) {
                client.write(new byte[] {MISBEHAVE});

                assertThat(client.read(ByteBuffer.allocate(1))).isNegative();
                assertServes(server);
                assertThat(server.statistics().failed()).isOne();
            }
        });

        assertThat(failures).singleElement().satisfies(failure -> assertThat(failure.exception())
                .hasMessage("outer"));
    }

    @Test
    void resetThatIsPartOfARingOfCausesIsNoFailureOfTheHandler() throws Exception {
        TcpPair.runLoop(() -> {
            try (TcpServer server = TcpServer.serve(TcpPair.loopback(), stream -> {
                        try {
                            stream.readExactly(2);
                        } catch (IOException reset) {
                            var wrapped = new IOException("wrapped", reset);
                            reset.initCause(wrapped);
                            throw wrapped;
                        }
                    });
                    TcpStream client = TcpStream.connect(server.address())) {
                client.write(new byte[1]);
                client.abort();
                while (server.statistics().broken() == 0) {
                    yieldNow();
                }
                assertThat(server.statistics().failed()).isZero();
            }
        });
    }

    @Test
    void handlerWhoseCallsNeverHaveToWaitLetsTheOthersHaveTheirTurn() throws Exception {
        TcpPair.runLoop(() -> {
            try (TcpServer server = TcpServer.serve(TcpPair.loopback(), stream -> {
                        if (isToMisbehave(stream)) {
                            for (; ; ) {
                                stream.peek(0); // is always ready
                            }
                        }
                        echo(stream);
                    });
                    TcpStream client = TcpStream.connect(server.address())) {
                client.write(new byte[] {MISBEHAVE});
                while (server.statistics().active() == 0) {
                    yieldNow();
                }

                assertServes(server);
            }
        });
    }

    @Test
    void handlerThatComputesIsNamedWhileItKeepsTheLoop() throws Exception {
        var logged = new CountDownLatch(1);
        var messages = new CopyOnWriteArrayList<String>();
        Logger logger = Logger.getLogger("io.gyre.loop");
        Handler recorder = new Handler() {
            @Override
            public void publish(LogRecord record) {
                messages.add(record.getMessage());
                logged.countDown();
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(recorder);
        logger.setUseParentHandlers(false);
        try {
            EventLoop.run(LoopOptions.defaults().withSlowStep(Duration.ofMillis(10)), () -> {
                try (TcpServer server = TcpServer.serve(TcpPair.loopback(), stream -> {
                            if (isToMisbehave(stream)) {
                                while (logged.getCount() > 0) {
                                    Thread.onSpinWait();
                                }
                            }
                            echo(stream);
                        });
                        TcpStream client = TcpStream.connect(server.address())) {
                    client.write(new byte[] {MISBEHAVE});
                    client.write(new byte[] {7});

                    assertThat(client.readExactly(1)).as("goes on afterwards").containsExactly(7);
                    assertServes(server);
                }
            });
        } finally {
            logger.removeHandler(recorder);
            logger.setUseParentHandlers(true);
        }

        assertThat(messages.getFirst())
                .contains("task 'connection from 127.0.0.1:")
                .contains("without suspending")
                .contains("Async.offload")
                .contains(BadHandlersTest.class.getName());
    }

    @Test
    void closeWaitsForAHandlerThatIsSlowToObey() throws Exception {
        TcpPair.runLoop(() -> {
            var log = new ArrayList<String>();
            TcpServer server = TcpServer.serve(TcpPair.loopback(), stream -> {
                for (int refusals = 0; refusals < 5; ) {
                    try {
                        stream.read(ByteBuffer.allocate(1));
                    } catch (CancelledException e) {
                        refusals++;
                        log.add("no");
                    }
                }
            });
            try (TcpStream client = TcpStream.connect(server.address())) {
                while (server.statistics().active() == 0) {
                    yieldNow();
                }

                server.close();

                assertThat(log).hasSize(5);
                assertThat(server.state()).isEqualTo(ServerState.CLOSED);
                assertThat(client.read(ByteBuffer.allocate(1))).isNegative();
            }
        });
    }

    @Test
    void handlerThatNeverEndsDoesNotKeepTheProgramAndIsNamed() throws Exception {
        var release = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        var failures = new CopyOnWriteArrayList<Failure>();
        var options =
                LoopOptions.defaults().withCloseTimeout(Duration.ofMillis(100)).withFailureHandler(failures::add);

        EventLoop.run(options, () -> {
            TcpServer server = TcpServer.serve(TcpPair.loopback(), stream -> {
                awaitWhateverHappens(release);
                ended.countDown();
            });
            TcpStream client = TcpStream.connect(server.address());
            while (server.statistics().active() == 0) {
                yieldNow();
            }
            Task<?> closing = createTask(server::close);
            yieldNow();
            assertThat(server.state()).isEqualTo(ServerState.CLOSING);
            assertThat(closing.isDone()).isFalse();
            client.abort();
        });

        assertThat(failures).extracting(Failure::what).anySatisfy(what -> assertThat(what)
                .startsWith("task 'connection from 127.0.0.1:")
                .contains("was cancelled and has not ended within PT0.1S"));
        release.countDown();
        ended.await();
    }

    private static void awaitWhateverHappens(CountDownLatch latch) {
        for (boolean released = false; !released; ) {
            try {
                latch.await();
                released = true;
            } catch (InterruptedException ignored) {
                // as if it could not hear
            }
        }
    }
}
