package io.gyre.net.os;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopGroup;
import io.gyre.loop.LoopPortal;
import io.gyre.loop.Task;
import io.gyre.loop.WrongLoopException;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.LoopTest.Time;
import io.gyre.net.ServerGroup;
import io.gyre.net.ServerOptions;
import io.gyre.net.ServerState;
import io.gyre.net.TcpServer;
import io.gyre.net.TcpStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future.State;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Signals to this process. WINCH and URG do nothing where nobody receives them, so that a test that fails does not end the JVM of
 * all others.
 */
final class SignalsTest {
    private static final Duration SOON = Duration.ofMillis(1);

    private static void send(String signal) throws IOException {
        Subprocess.run(
                "sh", "-c", "kill -" + signal + " " + ProcessHandle.current().pid());
    }

    /** Sends one, and waits until it is there, so that the next is not taken for the same. */
    private static void sendAndAwait(String signal, Signals signals) throws IOException {
        long before = signals.count(signal);
        send(signal);
        Traces.until(() -> signals.count(signal) > before);
    }

    // ---- receiving

    @LoopTest
    void signalIsReceivedByItsName() throws IOException {
        try (Signals signals = Signals.receive("WINCH", "USR1")) {
            Task<String> next = createTask(signals::next);
            awaitAllTasksParked();
            assertThat(next.waitsFor()).isEqualTo("a signal: WINCH, USR1");

            send("USR1");

            assertThat(next.await()).isEqualTo("USR1");
            assertThat(signals.count("USR1")).isEqualTo(1);
            assertThat(signals.count("WINCH")).isZero();
        }
    }

    @LoopTest
    void signalsThatNobodyWaitsForAreKeptEachKindOnce() throws IOException {
        try (Signals signals = Signals.receive("WINCH", "URG")) {
            sendAndAwait("URG", signals);
            sendAndAwait("WINCH", signals);
            sendAndAwait("URG", signals);

            assertThat(signals.next()).isEqualTo("URG");
            assertThat(signals.count("URG")).isEqualTo(2);
            assertThat(signals.next()).isEqualTo("WINCH");
            Task<String> next = createTask(signals::next);
            awaitAllTasksParked();
            assertThat(next.isDone()).isFalse();
            next.cancelAndJoin("there is none");
        }
    }

    @LoopTest
    void iterationSuspendsAndEndsWhenItIsClosed() throws IOException {
        Signals signals = Signals.receive("WINCH");
        var seen = new ArrayList<String>();
        Task<?> iteration = createTask(() -> {
            for (String name : signals) {
                seen.add(name);
            }
        });
        send("WINCH");
        Traces.until(() -> seen.size() == 1);
        send("WINCH");
        Traces.until(() -> seen.size() == 2);

        signals.close();

        iteration.await();
        assertThat(signals.iterator().hasNext()).isFalse();
    }

    @LoopTest
    void severalReceiveTheSame() throws IOException {
        Signals one = Signals.receive("WINCH");
        try (Signals two = Signals.receive("WINCH", "URG")) {
            send("WINCH");

            assertThat(one.next()).isEqualTo("WINCH");
            assertThat(two.next()).isEqualTo("WINCH");
            one.close();
            send("WINCH");
            assertThat(two.next()).isEqualTo("WINCH");
            assertThat(one.count("WINCH")).isEqualTo(1);
        }
    }

    @LoopTest
    void twoNamesOfOneSignalAreBothReceived() throws IOException {
        try (Signals one = Signals.receive("IO");
                Signals two = Signals.receive("POLL")) {
            send("IO");

            assertThat(one.next()).isEqualTo("IO");
            assertThat(two.next()).isEqualTo("POLL");
        }
    }

    @LoopTest
    void cancelTakesNoSignal() throws IOException {
        try (Signals signals = Signals.receive("WINCH")) {
            Task<String> parked = createTask(signals::next);
            awaitAllTasksParked();
            parked.cancelAndJoin("while parked");
            sendAndAwait("WINCH", signals);
            Task<String> before = createTask(signals::next);
            before.cancelAndJoin("before it began");

            assertThat(parked.state()).isEqualTo(State.CANCELLED);
            assertThat(before.state()).isEqualTo(State.CANCELLED);
            assertThat(signals.next()).isEqualTo("WINCH");
        }
    }

    private static final class Flag implements SignalSwitchboard.Listener {
        volatile boolean raised;

        @Override
        public void received(String name, SignalSwitchboard.Arrival arrival) {
            raised = true;
        }

        @Override
        public boolean isGone() {
            return false;
        }
    }

    @LoopTest
    void signalThatComesWithACancellationIsForTheNext() throws IOException {
        try (Signals signals = Signals.receive("WINCH")) {
            Task<String> waiting = createTask(signals::next);
            awaitAllTasksParked();
            var behind = new Flag();
            SignalSwitchboard.connect(Set.of("WINCH"), behind);
            JdkSignals.raise("WINCH");
            Traces.spinUntil(() -> behind.raised); // it is there, and the loop does not know
            SignalSwitchboard.disconnect(Set.of("WINCH"), behind);
            waiting.cancel("at the same moment");
            assertThatThrownBy(waiting::await).hasMessageContaining("at the same moment");

            assertThat(signals.next()).isEqualTo("WINCH");
        }
    }

    // ---- who else handles it

    @LoopTest
    void handlerBeforeIsRestored() throws IOException {
        var handled = new AtomicInteger();
        JdkSignals.Handler before = JdkSignals.handle("WINCH", handled::incrementAndGet);
        try {
            Signals signals = Signals.receive("WINCH");
            send("WINCH");
            assertThat(signals.next()).isEqualTo("WINCH");
            assertThat(handled).hasValue(0);
            signals.close();
            signals.close();

            send("WINCH");

            Traces.until(() -> handled.get() == 1);
        } finally {
            before.restore();
        }
    }

    @LoopTest
    void handlerThatWasInstalledSinceStays() throws IOException {
        var handled = new AtomicInteger();
        Signals signals = Signals.receive("WINCH");
        JdkSignals.Handler since = JdkSignals.handle("WINCH", handled::incrementAndGet);

        signals.close();

        send("WINCH");
        Traces.until(() -> handled.get() == 1);
        since.restore(); // to that of the receiver, which is closed
        try (Signals anew = Signals.receive("WINCH")) {
            send("WINCH");
            assertThat(anew.next()).isEqualTo("WINCH");
        }
    }

    @Test
    void receiverWhoseLoopHasEndedDoesNotSwallowTheSignal() throws Exception {
        var handled = new AtomicInteger();
        JdkSignals.Handler before = JdkSignals.handle("WINCH", handled::incrementAndGet);
        try {
            EventLoop.run(() -> {
                Signals.receive("WINCH");
            });

            EventLoop.run(() -> {
                send("WINCH");
                Traces.until(() -> handled.get() == 1);
            });
        } finally {
            before.restore();
        }
    }

    // ---- what has come when a receiver is closed

    /** Counts the signals that reach the handler that was there before the receivers. */
    private static final class HandlerBefore implements AutoCloseable {
        final AtomicInteger handled = new AtomicInteger();
        private final JdkSignals.Handler before = JdkSignals.handle("WINCH", handled::incrementAndGet);

        /** Sends more, one after the other, behind what may have been sent before; only these may arrive. */
        void assertGetsNothingButTheNext() {
            for (int i = 1; i <= 3; i++) {
                int before = i;
                JdkSignals.raise("WINCH");
                Traces.until(() -> handled.get() >= before);
            }
            assertThat(handled).hasValue(3);
        }

        @Override
        public void close() {
            before.restore();
        }
    }

    @LoopTest
    void signalThatNobodyHasTakenGoesToTheHandlerBefore() throws IOException {
        try (var before = new HandlerBefore()) {
            Signals signals = Signals.receive("WINCH");
            sendAndAwait("WINCH", signals);
            sendAndAwait("WINCH", signals);

            signals.close();

            Traces.until(() -> before.handled.get() == 1);
        }
    }

    @LoopTest
    void signalThatWasTakenGoesNowhere() throws IOException {
        try (var before = new HandlerBefore()) {
            Signals signals = Signals.receive("WINCH");
            send("WINCH");
            signals.next();

            signals.close();

            before.assertGetsNothingButTheNext();
        }
    }

    @LoopTest
    void signalThatAnotherReceiverTakesGoesNowhere() throws IOException {
        try (var before = new HandlerBefore()) {
            Signals one = Signals.receive("WINCH");
            Signals two = Signals.receive("WINCH");
            sendAndAwait("WINCH", two); // the last to hear it

            one.close();
            assertThat(two.next()).isEqualTo("WINCH");
            two.close();

            before.assertGetsNothingButTheNext();
        }
    }

    @LoopTest
    void signalThatNoneOfSeveralReceiversHasTakenGoesOnWithTheLast() throws IOException {
        try (var before = new HandlerBefore()) {
            Signals one = Signals.receive("WINCH");
            Signals two = Signals.receive("WINCH");
            sendAndAwait("WINCH", two); // the last to hear it

            one.close();
            two.close();

            Traces.until(() -> before.handled.get() == 1);
        }
    }

    @LoopTest
    void signalThatNobodyHasTakenGoesToAReceiverThatCameLater() throws IOException {
        Signals early = Signals.receive("WINCH");
        sendAndAwait("WINCH", early);
        try (Signals late = Signals.receive("WINCH")) {
            early.close();

            assertThat(late.next()).isEqualTo("WINCH");
        }
    }

    /** Holds up those who hear a signal behind it, and leaves it to them; takes the next. */
    private static final class Gate implements SignalSwitchboard.Listener {
        final AtomicInteger heard = new AtomicInteger();
        final CountDownLatch open = new CountDownLatch(1);

        @Override
        public void received(String name, SignalSwitchboard.Arrival arrival) {
            if (heard.incrementAndGet() == 1) {
                Traces.spinUntil(() -> open.getCount() == 0);
                arrival.leave(name);
            } else {
                arrival.take();
            }
        }

        @Override
        public boolean isGone() {
            return false;
        }
    }

    @LoopTest
    void signalThatComesAtTheMomentOfClosingIsNotSwallowed() {
        var gate = new Gate();
        SignalSwitchboard.connect(Set.of("WINCH"), gate);
        try {
            Signals signals = Signals.receive("WINCH");
            JdkSignals.raise("WINCH");
            Traces.spinUntil(() -> gate.heard.get() == 1);

            signals.close();
            gate.open.countDown();

            Traces.spinUntil(() -> gate.heard.get() == 2);
        } finally {
            SignalSwitchboard.disconnect(Set.of("WINCH"), gate);
        }
    }

    /** Receives what would end it, and loses interest. */
    static final class Undecided {
        private Undecided() {}

        public static void main(String[] arguments) throws Exception {
            EventLoop.run(() -> {
                try (Signals signals = Signals.receive("TERM")) {
                    System.out.println("ready");
                    Traces.until(() -> signals.count("TERM") == 1);
                    System.out.println("has come");
                }
                sleep(Duration.ofDays(1));
            });
        }
    }

    @Test
    void processEndsByTheSignalThatItsReceiverHasNotTaken() throws Exception {
        try (Child child = Child.start(Undecided.class)) {
            assertThat(child.line()).isEqualTo("ready");
            child.send("TERM");
            assertThat(child.line()).isEqualTo("has come");
            assertThat(child.exitCode()).isEqualTo(128 + 15);
        }
    }

    // ---- misuse

    @ParameterizedTest
    @ValueSource(strings = {"KILL", "STOP", "SEGV", "QUIT", "USR2", "PIPE"})
    void signalOfTheSystemOrTheJvmIsRefused(String name) {
        EventLoop.run(() -> assertThatThrownBy(() -> Signals.receive(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the signal " + name + " cannot be received"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"SIGTERM", "term", "FOO", ""})
    void nameThatIsNoneIsRefused(String name) {
        EventLoop.run(() -> assertThatThrownBy(() -> Signals.receive(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("there is no signal " + name));
    }

    @LoopTest
    void refusalLeavesNothingBehind() throws IOException {
        var handled = new AtomicInteger();
        JdkSignals.Handler before = JdkSignals.handle("WINCH", handled::incrementAndGet);
        try {
            assertThatThrownBy(() -> Signals.receive("WINCH", "SEGV")).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(Signals::receive).hasMessageContaining("no signal is named");

            send("WINCH");
            Traces.until(() -> handled.get() == 1);
        } finally {
            before.restore();
        }
    }

    @LoopTest
    void closedReceiverSaysSo() {
        Signals signals = Signals.receive("WINCH");
        Task<String> waiting = createTask(() -> {
            try {
                return signals.next();
            } catch (IllegalStateException closed) {
                return String.valueOf(closed.getMessage());
            }
        });
        awaitAllTasksParked();

        signals.close();

        assertThat(waiting.await()).isEqualTo("Signals[WINCH] is closed. Receive signals anew.");
        assertThatThrownBy(signals::next).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void receiverIsOfItsLoop() throws Exception {
        try (EventLoop loop = EventLoop.create()) {
            Signals signals = loop.runUntilComplete(() -> Signals.receive("WINCH"));
            Thread.ofPlatform()
                    .start(() -> EventLoop.run(
                            () -> assertThatThrownBy(signals::next).isInstanceOf(WrongLoopException.class)))
                    .join();
            signals.close();
        }
    }

    // ---- on signals

    @LoopTest
    void firstSignalCancelsTheTask() throws IOException {
        Task<?> task = createTask(() -> EventLoop.current().createFuture().await());
        try (Signals.Registration onSignal = Signals.cancelOn(task, "WINCH")) {
            send("WINCH");

            assertThatThrownBy(task::await)
                    .hasMessageContaining("was cancelled: the process was told to end by SIGWINCH");
            assertThat(onSignal).isNotNull();
        }
    }

    @LoopTest
    void signalsDoAsBeforeWhenTheTaskIsDone() throws IOException {
        var handled = new AtomicInteger();
        JdkSignals.Handler before = JdkSignals.handle("WINCH", handled::incrementAndGet);
        try {
            Task<?> task = createTask(() -> {});
            Signals.cancelOn(task, "WINCH");
            task.await();

            send("WINCH");

            Traces.until(() -> handled.get() == 1);
        } finally {
            before.restore();
        }
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    @LoopTest(time = Time.MANUAL)
    void firstSignalDrainsTheServer() throws IOException {
        var ended = new ArrayList<String>();
        try (TcpServer server = TcpServer.serve(loopback(), client -> {
                    client.write(ByteBuffer.wrap(new byte[1]));
                    ended.add("read " + client.read(ByteBuffer.allocate(1)));
                });
                TcpStream client = TcpStream.connect(server.address())) {
            client.readExactly(1);
            Signals.drainOn(server, Duration.ofDays(1), "WINCH");

            send("WINCH");

            server.awaitClosed();
            assertThat(ended).isEqualTo(List.of("read -1"));
        }
    }

    @LoopTest(time = Time.MANUAL)
    void secondSignalClosesTheServer() throws IOException {
        try (TcpServer server = TcpServer.serve(loopback(), client -> {
                    client.write(ByteBuffer.wrap(new byte[1]));
                    sleep(Duration.ofDays(1));
                });
                TcpStream client = TcpStream.connect(server.address())) {
            client.readExactly(1);
            Signals.drainOn(server, Duration.ofHours(1), "WINCH");

            JdkSignals.raise("WINCH");
            Traces.until(() -> server.state() == ServerState.DRAINING);
            JdkSignals.raise("WINCH");

            server.awaitClosed();
            assertThat(server.state()).isEqualTo(ServerState.CLOSED);
        }
    }

    @Test
    @Timeout(60)
    void serversOfSeveralLoopsAreDrained() throws Exception {
        try (LoopGroup loops = LoopGroup.start(2);
                ServerGroup servers = ServerGroup.serve(loops, ServerOptions.defaults(), loopback(), client -> {
                    client.write(ByteBuffer.wrap(new byte[1]));
                    client.read(ByteBuffer.allocate(1)); // the end of the stream, when it is drained
                });
                var client = new Socket(
                        InetAddress.getLoopbackAddress(), servers.address().getPort())) {
            assertThat(client.getInputStream().read()).isZero();
            Signals.drainOn(servers, Duration.ofDays(1), "WINCH");

            JdkSignals.raise("WINCH");

            servers.awaitClosed();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    @LoopTest
    void serverOfAnotherLoopIsRefused() throws Exception {
        try (TcpServer server = TcpServer.serve(loopback(), client -> {});
                LoopPortal other = LoopPortal.start()) {
            var refused = offload(
                    () -> catchThrowable(() -> other.call(() -> Signals.drainOn(server, Duration.ofDays(1), "WINCH"))));

            assertThat(refused)
                    .isInstanceOf(WrongLoopException.class)
                    .hasMessageContaining("Ask for its signals on the server's loop.");
        }
    }

    @LoopTest
    void signalsDoAsBeforeWhenTheServerIsClosedOrItIsTakenBack() throws IOException {
        var handled = new AtomicInteger();
        JdkSignals.Handler before = JdkSignals.handle("WINCH", handled::incrementAndGet);
        try {
            try (TcpServer server = TcpServer.serve(loopback(), client -> {})) {
                Signals.drainOn(server, SOON, "WINCH").close();
                send("WINCH");
                Traces.until(() -> handled.get() == 1);
                assertThat(server.state()).isEqualTo(ServerState.SERVING);

                Signals.drainOn(server, SOON, "WINCH");
            }

            send("WINCH");

            Traces.until(() -> handled.get() == 2);
        } finally {
            before.restore();
        }
    }

    /** Cannot be cancelled. */
    static final class Stubborn {
        private Stubborn() {}

        public static void main(String[] arguments) {
            EventLoop.run(() -> {
                Signals.cancelOn(io.gyre.loop.Async.currentTask(), "INT", "TERM");
                System.out.println("ready");
                try {
                    sleep(Duration.ofDays(1));
                } catch (io.gyre.loop.CancelledException told) {
                    System.out.println("cancelled");
                }
                for (; ; ) {
                    Thread.onSpinWait(); // the loop hangs
                }
            });
        }
    }

    @Test
    void secondSignalEndsTheProcessAtOnce() throws Exception {
        try (Child child = Child.start(Stubborn.class)) {
            assertThat(child.line()).isEqualTo("ready");
            child.send("INT");
            assertThat(child.line()).isEqualTo("cancelled");
            child.send("TERM");
            assertThat(child.exitCode()).isEqualTo(128 + 15);
        }
    }

    /** Has a handler that does not end. */
    static final class StubbornServer {
        private StubbornServer() {}

        public static void main(String[] arguments) throws IOException {
            EventLoop.run(() -> {
                try (TcpServer server = TcpServer.serve(loopback(), client -> {
                            for (; ; ) {
                                try {
                                    sleep(Duration.ofDays(1));
                                } catch (io.gyre.loop.CancelledException told) {
                                    System.out.println("cancelled");
                                    io.gyre.loop.Async.shield(Duration.ofDays(1), () -> sleep(Duration.ofDays(1)));
                                }
                            }
                        });
                        TcpStream client = TcpStream.connect(server.address())) {
                    client.write(new byte[1]);
                    Signals.drainOn(server, Duration.ofDays(1), "TERM", "INT");
                    System.out.println("ready");
                    Traces.until(() -> server.state() == ServerState.DRAINING);
                    System.out.println("draining");
                    server.awaitClosed();
                }
            });
        }
    }

    @Test
    void thirdSignalEndsTheProcessOfAServer() throws Exception {
        try (Child child = Child.start(StubbornServer.class)) {
            assertThat(child.line()).isEqualTo("ready");
            child.send("TERM");
            assertThat(child.line()).isEqualTo("draining");
            child.send("TERM");
            assertThat(child.line()).isEqualTo("cancelled");
            child.send("TERM");
            assertThat(child.exitCode()).isEqualTo(128 + 15);
        }
    }
}
