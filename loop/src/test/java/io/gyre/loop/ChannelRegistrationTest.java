package io.gyre.loop;

import static io.gyre.loop.Pipes.fill;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.testing.VirtualClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChannelRegistrationTest {
    private final HandDrivenLoop driven = new HandDrivenLoop();
    private final List<String> log = new ArrayList<>();
    private final Pipes pipes = new Pipes();
    private int runs;

    @AfterEach
    void close() throws IOException {
        driven.close();
        pipes.close();
    }

    /** Logs what it is told by name, and wants to be told once. */
    private final class Bridge extends ChannelListener {
        Consumer<ChannelRegistration> also = ChannelRegistrationTest::withdraw;

        @Override
        protected void run() {
            runs++;
            for (ChannelRegistration ready = nextReady(); ready != null; ready = nextReady()) {
                log.add(ready.attachment() + " " + ready.takeReady());
                also.accept(ready);
            }
        }

        @Override
        protected void closed(ChannelRegistration registration) {
            assertThat(registration.isValid()).isFalse();
            log.add(registration.attachment() + " closed");
        }
    }

    private Bridge bridge() {
        return driven.call(Bridge::new);
    }

    private ChannelRegistration reader(Bridge bridge, Pipe pipe, String name) {
        return driven.call(() -> {
            ChannelRegistration registration = LowLevel.register(pipe.source(), bridge);
            registration.attach(name);
            registration.setInterest(SelectionKey.OP_READ);
            return registration;
        });
    }

    private static void withdraw(ChannelRegistration registration) {
        try {
            registration.setInterest(0);
        } catch (ClosedChannelException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @Feature("Channels that another library keeps, told which operations are ready")
    void listenerIsToldOfAllFourOperations() throws IOException {
        try (var server = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                var client = SocketChannel.open()) {
            server.configureBlocking(false);
            client.configureBlocking(false);
            Bridge bridge = bridge();
            ChannelRegistration connecting = driven.call(() -> {
                ChannelRegistration accepting = LowLevel.register(server, bridge);
                accepting.attach("server");
                accepting.setInterest(SelectionKey.OP_ACCEPT);
                client.connect(server.getLocalAddress());
                ChannelRegistration registration = LowLevel.register(client, bridge);
                registration.attach("client");
                registration.setInterest(SelectionKey.OP_CONNECT);
                return registration;
            });
            driven.runUntil(() -> log.size() == 2);
            assertThat(log)
                    .containsExactlyInAnyOrder("server " + SelectionKey.OP_ACCEPT, "client " + SelectionKey.OP_CONNECT);
            log.clear();

            client.finishConnect();
            try (SocketChannel peer = server.accept()) {
                peer.write(ByteBuffer.wrap(new byte[] {1}));
                driven.run(() -> connecting.setInterest(SelectionKey.OP_READ));
                driven.runUntil(() -> !log.isEmpty());
                driven.run(() -> connecting.setInterest(SelectionKey.OP_READ | SelectionKey.OP_WRITE));
                driven.runUntil(() -> log.size() == 2);
            }

            assertThat(log)
                    .containsExactly(
                            "client " + SelectionKey.OP_READ,
                            "client " + (SelectionKey.OP_READ | SelectionKey.OP_WRITE));
        }
    }

    @Test
    void listenerRunsOnceATickForAllChannelsThatAreReady() throws IOException {
        Bridge bridge = bridge();
        bridge.also = registration -> {}; // goes on listening
        for (int i = 0; i < 3; i++) {
            reader(bridge, pipes.open(), "pipe " + i);
        }
        for (Pipe pipe : pipes) {
            fill(pipe);
        }

        driven.tick();

        assertThat(runs).isEqualTo(1);
        assertThat(log).containsExactlyInAnyOrder("pipe 0 1", "pipe 1 1", "pipe 2 1");
        driven.tick();
        assertThat(runs).as("the system reports levels").isEqualTo(2);
        assertThat(log).hasSize(6);
    }

    @Test
    void listenerRunsInACallbackOffTheCarrier() throws IOException {
        Bridge bridge = bridge();
        bridge.also = registration -> {
            log.add("virtual " + Thread.currentThread().isVirtual() + " "
                    + EventLoop.current().inLoop());
            withdraw(registration);
        };
        fill(pipes.open());
        reader(bridge, pipes.get(0), "pipe");

        driven.settle();

        assertThat(log).containsExactly("pipe 1", "virtual true true");
    }

    @Test
    void listenerRunsWithoutTheContextOfTheTaskThatMadeIt() throws IOException {
        ScopedValue<String> user = ScopedValue.newInstance();
        fill(pipes.open());

        Bridge bridge = driven.call(() -> ScopedValue.where(user, "alice").call(Bridge::new));
        bridge.also = registration -> {
            log.add(user.orElse("nobody"));
            withdraw(registration);
        };
        reader(bridge, pipes.get(0), "pipe");
        driven.settle();

        assertThat(log).containsExactly("pipe 1", "nobody");
    }

    /** Otherwise the loop would spin for as long as the listener is parked. */
    @Test
    void parkedListenerIsNotCalledAgainAndAgainForWhatItHasNotTaken() throws IOException {
        Bridge bridge = bridge();
        Pipe first = pipes.open();
        Pipe second = pipes.open();
        var parked = new ArrayList<Task<?>>();
        bridge.also = registration -> {
            withdraw(registration);
            if (parked.isEmpty()) {
                parked.add(Async.currentTask());
                LowLevel.park("the test", () -> true);
                log.add("unparked");
            }
        };
        var guarded = driven.call(() -> new ChannelListener() {
            @Override
            protected void run() {
                runs++; // takes nothing, as a bridge does whose other run is parked
            }

            @Override
            protected void closed(ChannelRegistration registration) {
                log.add("closed");
            }
        });
        reader(bridge, first, "first");
        fill(first);
        driven.settle();
        assertThat(parked).hasSize(1);
        runs = 0;

        driven.run(() -> LowLevel.register(second.source(), guarded).setInterest(SelectionKey.OP_READ));
        fill(second);
        driven.settle();

        assertThat(runs).as("reported, reported once more, muted").isBetween(1, 2);
        driven.run(() -> LowLevel.unpark(parked.getFirst()));
        assertThat(log).containsExactly("first 1", "unparked");
    }

    @Test
    void callSoonRunsTheListenerOnceInTheNextTick() {
        Bridge bridge = bridge();

        driven.run(() -> {
            bridge.callSoon();
            bridge.callSoon();
            assertThat(runs).isZero();
        });

        assertThat(runs).isEqualTo(1);
        assertThat(log).isEmpty();
    }

    @Test
    void callSoonWakesTheLoopFromAnotherThread() throws Exception {
        Bridge bridge = bridge();

        OtherThread.run(bridge::callSoon).get();
        driven.runUntil(() -> runs == 1);

        assertThat(runs).isEqualTo(1);
    }

    @Test
    void callSoonOfAClosedLoopIsRejected() throws Exception {
        Bridge bridge = bridge();
        driven.close();

        assertThatExceptionOfType(LoopClosedException.class).isThrownBy(bridge::callSoon);
        OtherThread.run(() -> assertThatExceptionOfType(LoopClosedException.class)
                        .isThrownBy(bridge::callSoon)
                        .withMessageStartingWith("ChannelListener.callSoon: "))
                .get();
    }

    @Test
    void channelIsGivenUpAndRegisteredAgainInTheSameTick() throws IOException {
        Pipe pipe = pipes.open();
        Bridge bridge = bridge();
        ChannelRegistration first = reader(bridge, pipe, "first");

        driven.run(() -> {
            first.giveUp();
            assertThat(first.isValid()).isFalse();
            ChannelRegistration second = LowLevel.register(pipe.source(), bridge);
            second.attach("second");
            second.setInterest(SelectionKey.OP_READ);
            fill(pipe);
        });
        driven.tick();

        assertThat(log).containsExactly("second 1");
        assertThat(pipe.source().isOpen()).isTrue();
        assertThat(driven.loop.statistics().channels()).isEqualTo(1);
    }

    @Test
    void channelThatWasReadyWhenItWasGivenUpIsNotReported() throws IOException {
        Pipe first = pipes.open();
        Pipe second = pipes.open();
        Bridge bridge = bridge();
        var registrations = new ArrayList<ChannelRegistration>();
        bridge.also = ready -> registrations.forEach(ChannelRegistration::giveUp);
        registrations.add(reader(bridge, first, "pipe"));
        registrations.add(reader(bridge, second, "pipe"));
        fill(first);
        fill(second);

        driven.settle();

        assertThat(log).containsExactly("pipe 1");
        assertThat(driven.loop.statistics().channels()).isZero();
    }

    @Test
    void taskWaitsForAChannelThatWasGivenUp() throws IOException {
        Pipe pipe = pipes.open();
        ChannelRegistration registration = reader(bridge(), pipe, "pipe");

        Task<?> task = driven.start(() -> {
            registration.giveUp();
            LowLevel.awaitReadable(pipe.source());
        });
        fill(pipe);
        driven.runUntil(task::isDone);

        assertThat(log).isEmpty();
    }

    /** A task remembers the wait of its last channel, which must not be armed behind the back of the new owner. */
    @Test
    void channelThatATaskHasWaitedForIsTakenOver() throws IOException {
        Pipe pipe = pipes.open();
        fill(pipe);
        Bridge bridge = bridge();
        Task<?> task = driven.start(() -> {
            LowLevel.awaitReadable(pipe.source());
            ChannelRegistration registration = LowLevel.register(pipe.source(), bridge);
            registration.attach("pipe");
            assertThatExceptionOfType(BusyException.class)
                    .isThrownBy(() -> LowLevel.awaitReadable(pipe.source()))
                    .withMessageContaining("cannot use ")
                    .withMessageContaining("callback " + Bridge.class.getName());
            registration.giveUp();
            LowLevel.awaitReadable(pipe.source());
        });
        driven.runUntil(task::isDone);

        assertThat(task.state()).isEqualTo(java.util.concurrent.Future.State.SUCCESS);
        assertThat(log).isEmpty();
    }

    @Test
    void channelForWhichSomebodyWaitsIsNotTakenOver() throws IOException {
        Pipe pipe = pipes.open();
        Bridge bridge = bridge();
        Task<?> reader = driven.loop.createTask("reader", () -> {
            LowLevel.awaitReadable(pipe.source());
        });
        driven.settle();

        driven.run(() -> assertThatExceptionOfType(BusyException.class)
                .isThrownBy(() -> LowLevel.register(pipe.source(), bridge))
                .withMessageContaining("while task 'reader' does"));
        reader.cancel("over");
        driven.settle();
        driven.run(() -> LowLevel.addReader(pipe.source(), () -> {}));
        driven.run(() -> assertThatExceptionOfType(BusyException.class)
                .isThrownBy(() -> LowLevel.register(pipe.source(), bridge)));
        driven.run(() -> LowLevel.removeReader(pipe.source()));

        assertThat(reader(bridge, pipe, "pipe").isValid()).isTrue();
    }

    @Test
    void channelIsRegisteredOnce() throws IOException {
        Pipe pipe = pipes.open();
        Bridge bridge = bridge();
        reader(bridge, pipe, "pipe");

        driven.run(() -> {
            assertThatExceptionOfType(BusyException.class).isThrownBy(() -> LowLevel.register(pipe.source(), bridge));
            assertThatExceptionOfType(BusyException.class)
                    .isThrownBy(() -> LowLevel.addReader(pipe.source(), () -> {}));
            assertThat(LowLevel.removeReader(pipe.source())).isFalse();
            LowLevel.wakeReader(pipe.source());
        });
    }

    @Test
    void channelClosedUnderItsRegistrationIsReportedOnce() throws IOException {
        Pipe byLoop = pipes.open();
        Pipe directly = pipes.open();
        Pipe whenReady = pipes.open();
        Bridge bridge = bridge();
        reader(bridge, byLoop, "by the loop");
        ChannelRegistration registration = reader(bridge, directly, "directly");
        reader(bridge, whenReady, "when ready");

        driven.run(() -> LowLevel.close(byLoop.source()));
        fill(whenReady);
        directly.source().close();
        whenReady.source().close();
        driven.settle();

        assertThat(log).containsExactlyInAnyOrder("by the loop closed", "directly closed", "when ready closed");
        driven.run(() -> {
            assertThat(registration.takeReady()).isZero();
            assertThatExceptionOfType(ClosedChannelException.class)
                    .isThrownBy(() -> registration.setInterest(SelectionKey.OP_READ));
            registration.giveUp();
        });
        driven.settle();
        assertThat(log).hasSize(3);
    }

    /** It is in line for its readiness already, and is told of one thing only. */
    @Test
    void channelClosedByAListenerBeforeItsTurnIsNotReady() throws IOException {
        Pipe first = pipes.open();
        Pipe second = pipes.open();
        Bridge bridge = bridge();
        bridge.also = ready -> {
            withdraw(ready);
            try {
                (ready.channel() == first.source() ? second : first).source().close();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        };
        reader(bridge, first, "pipe");
        reader(bridge, second, "pipe");
        fill(first);
        fill(second);

        driven.settle();

        assertThat(log).containsExactly("pipe 1", "pipe closed");
    }

    @Test
    void ownerThatGaveTheChannelUpIsNotToldThatItWasClosed() throws IOException {
        Pipe pipe = pipes.open();
        ChannelRegistration registration = reader(bridge(), pipe, "pipe");

        driven.run(() -> {
            registration.giveUp();
            LowLevel.close(pipe.source());
        });
        driven.settle();

        assertThat(log).isEmpty();
    }

    /** Bridges close their channels like that, often: it costs neither a callback nor a search. */
    @Test
    void ownerThatClosesItsChannelAndGivesItUpIsNotCalled() throws IOException {
        Pipe pipe = pipes.open();
        ChannelRegistration registration = reader(bridge(), pipe, "pipe");

        driven.run(() -> {
            pipe.source().close();
            registration.giveUp();
        });
        driven.settle();

        assertThat(runs).isZero();
        assertThat(driven.loop.statistics().channels()).isZero();
    }

    @Test
    void listenerIsCalledByItsNameInMessages() throws IOException {
        Pipe pipe = fill(pipes.open());
        ChannelListener named = driven.call(() -> new ChannelListener("a handler of the bridge") {
            @Override
            protected void run() {
                throw new IllegalStateException("boom");
            }

            @Override
            protected void closed(ChannelRegistration registration) {}
        });

        driven.run(() -> {
            LowLevel.register(pipe.source(), named).setInterest(SelectionKey.OP_READ);
            assertThatExceptionOfType(BusyException.class)
                    .isThrownBy(() -> LowLevel.awaitReadable(pipe.source()))
                    .withMessageContaining(" a handler of the bridge ");
        });
        driven.run(() -> LowLevel.close(pipe.source()));

        assertThat(driven.takeFailures()).isNotEmpty().allSatisfy(failure -> assertThat(failure.message())
                .startsWith("a handler of the bridge failed."));
    }

    @Test
    void ownerIsToldWhenTheLoopCloses() throws IOException {
        Pipe pipe = pipes.open();
        reader(bridge(), pipe, "pipe");

        driven.close();

        assertThat(log).containsExactly("pipe closed");
        assertThat(pipe.source().isOpen()).isTrue();
    }

    @Test
    void failureOfAListenerIsReportedAndTheListenerStays() throws IOException {
        Pipe pipe = pipes.open();
        Bridge bridge = bridge();
        bridge.also = registration -> {
            if (log.size() == 2) {
                withdraw(registration);
            }
            throw new IllegalStateException("boom");
        };
        reader(bridge, pipe, "pipe");
        fill(pipe);

        driven.runUntil(() -> log.size() == 2);

        assertThat(driven.takeFailures()).hasSize(2).allSatisfy(failure -> {
            assertThat(failure.exception()).hasMessage("boom");
            assertThat(failure.message()).startsWith("callback " + Bridge.class.getName());
            assertThat(failure.createdAt()).contains("(ChannelRegistrationTest.java:");
        });
    }

    @Test
    void failureOfClosedIsReportedAndTheOthersAreTold() throws IOException {
        Pipe first = pipes.open();
        Pipe second = pipes.open();
        Bridge bridge = bridge();
        ChannelRegistration one = reader(bridge, first, "first");
        driven.run(() -> one.attach(new Object() {
            @Override
            public String toString() {
                throw new IllegalStateException("boom");
            }
        }));
        reader(bridge, second, "second");

        first.source().close();
        driven.settle();
        second.source().close();
        driven.settle();

        assertThat(driven.takeFailures()).singleElement().satisfies(failure -> {
            assertThat(failure.exception()).hasMessage("boom");
            assertThat(failure.message()).contains(" failed in closed()");
        });
        assertThat(log).containsExactly("second closed");
    }

    @Test
    void operationsThatAChannelLacksAreRejectedByName() throws IOException {
        ChannelRegistration registration = reader(bridge(), pipes.open(), "pipe");

        driven.run(() -> assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> registration.setInterest(SelectionKey.OP_WRITE))
                .withMessageEndingWith(" does not support the operations 4 of SelectionKey, only those in 1."));

        assertThat(registration.interest()).isEqualTo(SelectionKey.OP_READ);
    }

    @Test
    void blockingChannelIsRejected() throws IOException {
        Bridge bridge = bridge();
        Pipe pipe = pipes.open();
        pipe.source().configureBlocking(true);

        driven.run(() -> assertThatThrownBy(() -> LowLevel.register(pipe.source(), bridge))
                .isInstanceOf(IllegalBlockingModeException.class));
    }

    @Test
    void onlyTheLoopMayUseARegistration() throws Exception {
        Bridge bridge = bridge();
        Pipe pipe = pipes.open();
        ChannelRegistration registration = reader(bridge, pipe, "pipe");

        OtherThread.run(() -> {
                    assertThatThrownBy(Bridge::new).isInstanceOf(IllegalStateException.class);
                    assertThatExceptionOfType(IllegalStateException.class)
                            .isThrownBy(() -> LowLevel.register(pipe.source(), bridge));
                    assertThatExceptionOfType(WrongThreadException.class).isThrownBy(registration::giveUp);
                    assertThatExceptionOfType(WrongThreadException.class).isThrownBy(registration::takeReady);
                    assertThatExceptionOfType(WrongThreadException.class).isThrownBy(() -> registration.setInterest(0));
                    assertThatExceptionOfType(WrongThreadException.class).isThrownBy(bridge::nextReady);
                })
                .get();
    }

    @Test
    void listenerOfAnotherLoopIsRejected() throws IOException {
        Bridge bridge = bridge();
        Pipe pipe = pipes.open();
        try (var other = new HandDrivenLoop()) {
            other.run(() -> assertThatExceptionOfType(WrongLoopException.class)
                    .isThrownBy(() -> LowLevel.register(pipe.source(), bridge))
                    .withMessageEndingWith("Create a listener on each loop."));
        }
    }

    /** A registered channel may become ready at any real time: the clock must not jump past it. */
    @Test
    void registrationHoldsTheVirtualClock() throws IOException {
        EventLoop.run(LoopOptions.defaults().withTicker(VirtualClock.autojump()), () -> {
            var clock = (VirtualClock) EventLoop.current().ticker();
            Pipe pipe = pipes.open();
            ChannelRegistration registration = LowLevel.register(pipe.source(), new Bridge());
            Async.sleep(Duration.ofHours(1)); // without interest it holds nothing
            registration.setInterest(SelectionKey.OP_READ);

            assertThat(clock.heldBy())
                    .singleElement()
                    .asString()
                    .startsWith("callback " + Bridge.class.getName() + ", registered for ");
            registration.giveUp();
            assertThat(clock.heldBy()).isEmpty();
        });
    }
}
