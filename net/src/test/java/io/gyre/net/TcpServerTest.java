package io.gyre.net;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.shield;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.net.Talk.echo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.Task;
import io.gyre.loop.spi.Failure;
import java.io.IOException;
import java.net.BindException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

final class TcpServerTest {
    @Test
    void failingHandlerIsReportedWithThePeerAndEndsOnlyItsConnection() throws Exception {
        List<String> peers = new ArrayList<>();

        List<Failure> failures = TcpPair.runLoopForFailures(() -> {
            try (TcpServer server = TcpServer.serve(TcpPair.loopback(), stream -> {
                if (stream.readExactly(1)[0] == 'x') {
                    throw new IllegalArgumentException("no x here");
                }
                echo(stream);
            })) {
                try (TcpStream bad = TcpStream.connect(server.address());
                        TcpStream good = TcpStream.connect(server.address())) {
                    peers.add(Addresses.text(bad.local()));
                    bad.write(new byte[] {'x'});
                    assertThat(bad.read(ByteBuffer.allocate(1))).isEqualTo(-1);
                    good.write(new byte[] {'o', 'k'});
                    assertThat(good.readExactly(1)).isEqualTo(new byte[] {'k'});
                }
                assertThat(server.statistics().failed()).isEqualTo(1);
                assertThat(server.statistics().accepted()).isEqualTo(2);
            }
        });

        assertThat(failures).singleElement().satisfies(failure -> {
            assertThat(failure.message()).contains(peers.getFirst());
            assertThat(failure.exception()).hasMessage("no x here");
        });
    }

    @Test
    void errorInAHandlerIsReportedToo() throws Exception {
        List<Failure> failures = TcpPair.runLoopForFailures(() -> {
            try (TcpServer server = TcpServer.serve(TcpPair.loopback(), stream -> {
                        throw new AssertionError("broken handler");
                    });
                    TcpStream client = TcpStream.connect(server.address())) {
                assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            }
        });

        assertThat(failures).singleElement().satisfies(f -> assertThat(f.exception())
                .hasMessage("broken handler"));
    }

    @Test
    void peerThatResetsIsCountedAndNotReported() throws Exception {
        TcpPair.runLoop(() -> {
            try (TcpServer server = TcpServer.serve(TcpPair.loopback(), Talk::echo)) {
                TcpStream client = TcpStream.connect(server.address());
                client.write(new byte[] {1});
                client.readExactly(1);

                client.abort();
                while (server.statistics().active() > 0) {
                    yieldNow();
                }

                assertThat(server.statistics().broken()).isEqualTo(1);
                assertThat(server.statistics().failed()).isZero();
            }
        });
    }

    @Test
    void brokenConnectionIsNotReportedWhenTheHandlerWrapsIt() throws Exception {
        TcpPair.runLoop(() -> {
            try (TcpServer server = TcpServer.serve(TcpPair.loopback(), stream -> {
                try {
                    echo(stream);
                } catch (IOException e) {
                    throw new IllegalStateException("wrapped", e);
                }
            })) {
                TcpStream client = TcpStream.connect(server.address());
                client.write(new byte[] {1});
                client.readExactly(1);
                client.abort();
                while (server.statistics().active() > 0) {
                    yieldNow();
                }

                assertThat(server.statistics().broken()).isEqualTo(1);
            }
        });
    }

    @Test
    void closeEndsTheHandlersAndAwaitsThem() throws Exception {
        TcpPair.runLoop(() -> {
            List<String> ended = new ArrayList<>();
            TcpServer server = TcpServer.serve(TcpPair.loopback(), stream -> {
                try {
                    stream.read(ByteBuffer.allocate(1));
                } finally {
                    ended.add(currentTask().name());
                }
            });
            TcpStream client = TcpStream.connect(server.address());
            while (server.statistics().active() == 0) {
                yieldNow();
            }

            server.close();
            server.close();

            assertThat(ended).containsExactly("connection from " + Addresses.text(client.local()));
            assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            client.close();
            assertThatThrownBy(() -> TcpStream.connect(server.address())).hasMessageContaining("refused");
            assertThat(EventLoop.current().statistics().tasks()).isEqualTo(1);
        });
    }

    @Test
    void handlerThatIsCancelledInABlockingCallIsNoFailure() throws Exception {
        TcpPair.runLoop(() -> {
            var never = new CountDownLatch(1);
            TcpServer server = TcpServer.serve(TcpPair.loopback(), stream -> never.await());
            TcpStream client = TcpStream.connect(server.address());
            while (server.statistics().active() == 0) {
                yieldNow();
            }
            yieldNow();

            server.close();

            assertThat(server.statistics().failed()).isZero();
            client.close();
        });
    }

    @Test
    void peerThatVanishesInTheMiddleOfAMessageIsCountedAndNotReported() throws Exception {
        TcpPair.runLoop(() -> {
            try (TcpServer server = TcpServer.serve(TcpPair.loopback(), stream -> stream.readExactly(10))) {
                TcpStream client = TcpStream.connect(server.address());
                client.write(new byte[] {1, 2, 3});
                client.close();
                while (server.statistics().broken() == 0) {
                    yieldNow();
                }

                assertThat(server.statistics().failed()).isZero();
            }
        });
    }

    @Test
    void serverWhoseAcceptorIsCancelledIsClosed() throws Exception {
        TcpPair.runLoop(() -> {
            TcpServer server = TcpServer.serve(TcpPair.loopback(), Talk::echo);
            TcpStream client = TcpStream.connect(server.address());
            while (server.statistics().active() == 0) {
                yieldNow();
            }

            EventLoop.current().tasks().stream()
                    .filter(task -> task.name().startsWith("accept on"))
                    .forEach(task -> task.cancel("test"));

            server.awaitClosed();
            assertThat(server.statistics().active()).isZero();
            client.close();
        });
    }

    @Test
    void awaitClosedEndsWithTheServer() throws Exception {
        TcpPair.runLoop(() -> {
            TcpServer server = TcpServer.serve(TcpPair.loopback(), Talk::echo);
            Task<?> waiting = createTask(server::awaitClosed);
            yieldNow();
            assertThat(waiting.isDone()).isFalse();

            server.close();

            waiting.await();
        });
    }

    @Test
    void closeInACancelledTaskWaitsForTheHandlers() throws Exception {
        TcpPair.runLoop(() -> {
            List<String> events = new ArrayList<>();
            Task<?> main = createTask(() -> {
                try (TcpServer server = TcpServer.serve(TcpPair.loopback(), stream -> {
                            try {
                                stream.read(ByteBuffer.allocate(1));
                            } finally {
                                shield(Duration.ofSeconds(1), () -> yieldNow());
                                events.add("handler has cleaned up");
                            }
                        });
                        TcpStream client = TcpStream.connect(server.address())) {
                    while (server.statistics().active() == 0) {
                        yieldNow();
                    }
                    events.add("serving " + client.isOpen());
                    server.awaitClosed();
                } finally {
                    events.add("server is closed");
                }
            });
            while (events.isEmpty()) {
                yieldNow();
            }

            main.cancel("test");

            assertThatThrownBy(main::await)
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(CancelledException.class);
            assertThat(events).containsExactly("serving true", "handler has cleaned up", "server is closed");
            sleep(Duration.ZERO);
            assertThat(EventLoop.current().statistics().channels()).isZero();
        });
    }

    @Test
    void takenPortIsNamed() throws Exception {
        TcpPair.runLoop(() -> {
            try (TcpServer server = TcpServer.serve(TcpPair.loopback(), Talk::echo)) {
                assertThatThrownBy(() -> TcpServer.serve(server.address(), Talk::echo))
                        .isInstanceOf(BindException.class)
                        .hasMessageContaining("cannot listen on")
                        .hasMessageContaining("" + server.address().getPort())
                        .hasMessageContaining("in use");
            }
        });
    }

    @Test
    void burstLargerThanABatchIsAcceptedWhole() throws Exception {
        TcpPair.runLoop(() -> {
            try (TcpServer server = TcpServer.serve(TcpPair.loopback(), Talk::echo)) {
                List<Task<TcpStream>> clients = new ArrayList<>();
                for (int i = 0; i < 200; i++) {
                    clients.add(createTask(() -> TcpStream.connect(server.address())));
                }
                for (Task<TcpStream> client : clients) {
                    try (TcpStream stream = client.await()) {
                        stream.write(new byte[] {7});
                        assertThat(stream.readExactly(1)).isEqualTo(new byte[] {7});
                    }
                }

                assertThat(server.statistics().accepted()).isEqualTo(200);
                assertThat(server.toString()).contains("" + server.address().getPort());
            }
        });
    }

    @Test
    void connectionsMayBeEndedWhileTheServerGoesOn() throws Exception {
        TcpPair.runLoop(() -> {
            try (TcpServer server =
                    TcpServer.serve(TcpPair.loopback(), stream -> stream.read(ByteBuffer.allocate(1)))) {
                for (int i = 0; i < 2; i++) {
                    try (TcpStream client = TcpStream.connect(server.address())) {
                        while (server.statistics().active() == 0) {
                            yieldNow();
                        }
                        if (i == 0) {
                            server.closeConnections();
                            assertThat(client.read(ByteBuffer.allocate(1))).isNegative();
                        } else {
                            server.abortConnections();
                            assertThatThrownBy(() -> client.read(ByteBuffer.allocate(1)))
                                    .isInstanceOf(IOException.class)
                                    .hasMessageContaining("reset");
                        }
                        while (server.statistics().active() > 0) {
                            yieldNow();
                        }
                    }
                }

                assertThat(server.state()).isEqualTo(ServerState.SERVING);
            }
        });
    }
}
