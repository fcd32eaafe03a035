package io.gyre.net.os;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.EventLoop;
import io.gyre.loop.Task;
import io.gyre.loop.WrongLoopException;
import io.gyre.loop.testing.LoopTest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future.State;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Signals to this process. WINCH and URG do nothing where nobody receives them, so that a test that fails does not end the JVM of
 * all others.
 */
final class SignalsTest {
    static void send(String signal) throws IOException {
        Subprocess.run(
                "sh", "-c", "kill -" + signal + " " + ProcessHandle.current().pid());
    }

    /** Sends one, and waits until it is there, so that the next is not taken for the same. */
    private static void sendAndAwait(String signal, Signals signals) throws IOException {
        long before = signals.count(signal);
        send(signal);
        Traces.until(() -> signals.count(signal) > before);
    }

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
            assertThatThrownBy(Signals::receive).hasMessageContaining("no signal given");

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
}
