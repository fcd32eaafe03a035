package io.gyre.loop.internal.poll;

import static io.gyre.loop.Pipes.fill;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.Pipes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SelectorPollerTest {
    private static final long ONE_MINUTE_NANOS = 60_000_000_000L;

    private final SelectorPoller poller = new SelectorPoller();
    private final Pipes pipes = new Pipes();

    /** Writes down what it is told; wants an event as often as it was asked to. */
    private static final class Recorder implements ReadinessListener {
        int events;
        int closes;
        int wanted = Integer.MAX_VALUE;

        @Override
        public boolean ready() {
            events++;
            return events <= wanted;
        }

        @Override
        public void closed() {
            closes++;
        }
    }

    @AfterEach
    void close() throws IOException {
        poller.close();
        pipes.close();
    }

    private Interest interest(SelectableChannel channel) throws IOException {
        return (Interest) poller.registered(channel);
    }

    private Recorder listen(Pipe pipe) throws IOException {
        var recorder = new Recorder();
        Interest interest = interest(pipe.source());
        interest.setListener(Direction.READ, recorder);
        interest.arm(SelectionKey.OP_READ);
        return recorder;
    }

    @Test
    void readyChannelIsPassedOn() throws IOException {
        Recorder recorder = listen(fill(pipes.open()));

        poller.poll(ONE_MINUTE_NANOS);

        assertThat(recorder.events).isEqualTo(1);
    }

    @Test
    void channelThatIsNotReadyIsNotPassedOn() throws IOException {
        Recorder recorder = listen(pipes.open());

        poller.poll(0);

        assertThat(recorder.events).isZero();
    }

    @Test
    void interestStaysWhileSomebodyWantsTheEvents() throws IOException {
        Recorder recorder = listen(fill(pipes.open()));

        poller.poll(0);
        poller.poll(0);

        assertThat(recorder.events).isEqualTo(2);
    }

    @Test
    void interestIsTakenBackWhenAnEventFiresThatNobodyWants() throws IOException {
        Pipe pipe = fill(pipes.open());
        Recorder recorder = listen(pipe);
        recorder.wanted = 1;

        for (int i = 0; i < 5; i++) {
            poller.poll(0);
        }

        assertThat(recorder.events).as("one that is wanted, one that is not").isEqualTo(2);
    }

    @Test
    void interestThatWasTakenBackCanBeArmedAgain() throws IOException {
        Pipe pipe = fill(pipes.open());
        Recorder recorder = listen(pipe);
        recorder.wanted = 0;
        poller.poll(0);
        poller.poll(0);
        assertThat(recorder.events).isEqualTo(1);

        interest(pipe.source()).arm(SelectionKey.OP_READ);
        poller.poll(0);

        assertThat(recorder.events).isEqualTo(2);
    }

    @Test
    void eventWithoutAListenerIsTakenBack() throws IOException {
        Pipe pipe = fill(pipes.open());
        interest(pipe.source()).arm(SelectionKey.OP_READ);
        poller.poll(0);
        var late = new Recorder();
        interest(pipe.source()).setListener(Direction.READ, late);

        poller.poll(0);

        assertThat(late.events).isZero();
    }

    @Test
    void bothDirectionsHaveListenersOfTheirOwn() throws IOException {
        try (var server = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                var client = SocketChannel.open(server.getLocalAddress());
                var peer = server.accept()) {
            client.configureBlocking(false);
            peer.write(ByteBuffer.wrap(new byte[] {1}));
            var reader = new Recorder();
            var writer = new Recorder();
            Interest interest = interest(client);
            interest.setListener(Direction.READ, reader);
            interest.setListener(Direction.WRITE, writer);
            interest.arm(SelectionKey.OP_WRITE);
            poller.poll(ONE_MINUTE_NANOS);
            assertThat(reader.events).isZero();
            assertThat(writer.events).isEqualTo(1);

            writer.wanted = 0;
            interest.arm(SelectionKey.OP_READ);
            while (reader.events == 0) {
                poller.poll(ONE_MINUTE_NANOS);
            }

            assertThat(interest.listener(Direction.READ)).isSameAs(reader);
            assertThat(interest.listener(Direction.WRITE)).isSameAs(writer);
            assertThat(writer.events).isBetween(2, 3);
            poller.close(client);
            assertThat(reader.closes).isEqualTo(1);
            assertThat(writer.closes).isEqualTo(1);
        }
    }

    @Test
    void channelHasOneInterest() throws IOException {
        Pipe pipe = pipes.open();

        Interest first = interest(pipe.source());

        assertThat(interest(pipe.source())).isSameAs(first);
        assertThat(poller.interestOrNull(pipe.source())).isSameAs(first);
        assertThat(poller.interestOrNull(pipe.sink())).isNull();
        assertThat(poller.channels()).isEqualTo(1);
    }

    @Test
    void closeTellsTheListenerAtOnce() throws IOException {
        Pipe pipe = pipes.open();
        Recorder recorder = listen(pipe);

        poller.close(pipe.source());

        assertThat(recorder.closes).isEqualTo(1);
        assertThat(pipe.source().isOpen()).isFalse();
        poller.poll(0);
        assertThat(recorder.closes).isEqualTo(1);
        assertThat(poller.channels()).isZero();
    }

    @Test
    void closeOfAChannelThatIsUnknownClosesIt() throws IOException {
        Pipe pipe = pipes.open();

        poller.close(pipe.source());

        assertThat(pipe.source().isOpen()).isFalse();
    }

    @Test
    void channelClosedBehindOurBackIsNoticedByTheNextPoll() throws IOException {
        Pipe pipe = pipes.open();
        Recorder recorder = listen(pipe);
        pipe.source().close();

        poller.poll(0);

        assertThat(recorder.closes).isEqualTo(1);
        assertThat(recorder.events).isZero();
    }

    @Test
    void closeAfterACloseBehindOurBackTellsTheListenerOnce() throws IOException {
        Pipe pipe = pipes.open();
        Recorder recorder = listen(pipe);
        pipe.source().close();
        poller.poll(0);

        poller.close(pipe.source());

        assertThat(recorder.closes).isEqualTo(1);
    }

    @Test
    void closedChannelHasNoInterest() throws IOException {
        Pipe known = pipes.open();
        listen(known);
        Pipe unknown = pipes.open();
        known.source().close();
        unknown.source().close();

        assertThatThrownBy(() -> interest(known.source())).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> interest(unknown.source())).isInstanceOf(ClosedChannelException.class);
    }

    /** Closing takes an interest out of the middle of the list; the others must keep their places. */
    @Test
    void closingChannelsInAnyOrderTellsEachListenerOnce() throws IOException {
        int[] order = {2, 0, 5, 3, 1, 4};
        var recorders = new ArrayList<Recorder>();
        for (int i = 0; i < order.length; i++) {
            recorders.add(listen(pipes.open()));
        }

        for (int step = 0; step < order.length; step++) {
            int victim = order[step];
            if (step % 2 == 0) {
                poller.close(pipes.get(victim).source());
            } else {
                pipes.get(victim).source().close();
                poller.poll(0);
            }

            assertThat(recorders.get(victim).closes).isEqualTo(1);
            assertThat(recorders.stream().mapToInt(recorder -> recorder.closes).sum())
                    .isEqualTo(step + 1);
        }
    }

    @Test
    void survivorsOfAClosedChannelStillGetTheirEvents() throws IOException {
        listen(pipes.open());
        listen(pipes.open());
        Pipe last = fill(pipes.open());
        Recorder recorder = listen(last);
        poller.close(pipes.get(0).source());

        poller.poll(0);

        assertThat(recorder.events).isEqualTo(1);
    }

    @Test
    void wakeupBeforeAWaitEndsIt() {
        poller.wakeup();

        poller.poll(ONE_MINUTE_NANOS); // would outlast the time-out of the test

        assertThat(poller.channels()).isZero();
    }

    @Test
    void closingThePollerTellsAllListenersAndLeavesTheChannelsOpen() throws IOException {
        Recorder first = listen(pipes.open());
        Recorder second = listen(pipes.open());

        poller.close();

        assertThat(first.closes).isEqualTo(1);
        assertThat(second.closes).isEqualTo(1);
        assertThat(pipes).allMatch(pipe -> pipe.source().isOpen());
    }

    @Test
    void ownerIsToldWhichOperationsAreReady() throws IOException {
        var recorder = new Recorder();
        OwnedInterest owned = poller.register(fill(pipes.open()).source(), recorder);
        poller.poll(0);
        assertThat(recorder.events).as("before it has set an interest").isZero();

        owned.setOps(SelectionKey.OP_READ);
        poller.poll(0);

        assertThat(recorder.events).isEqualTo(1);
        assertThat(owned.takeReady()).isEqualTo(SelectionKey.OP_READ);
        assertThat(owned.takeReady()).isZero();
    }

    @Test
    void operationThatIsWantedNoMoreIsNotReady() throws IOException {
        OwnedInterest owned = poller.register(fill(pipes.open()).source(), new Recorder());
        owned.setOps(SelectionKey.OP_READ);
        poller.poll(0);

        owned.setOps(0);

        assertThat(owned.takeReady()).isZero();
    }

    /** The system is level-triggered: without the mute, each select would report the channel, and none would wait. */
    @Test
    void readinessThatTheOwnerDoesNotTakeIsReportedTwiceAndThenMuted() throws IOException {
        var recorder = new Recorder();
        recorder.wanted = 1; // the first is untaken when the second comes
        OwnedInterest owned = poller.register(fill(pipes.open()).source(), recorder);
        owned.setOps(SelectionKey.OP_READ);
        for (int i = 0; i < 5; i++) {
            poller.poll(0);
        }
        assertThat(recorder.events).isEqualTo(2);

        recorder.wanted = Integer.MAX_VALUE;
        assertThat(owned.takeReady()).isEqualTo(SelectionKey.OP_READ);
        poller.poll(0);

        assertThat(recorder.events).as("taking it listens again").isEqualTo(3);
    }

    @Test
    void interestSetWhileMutedCounts() throws IOException {
        Pipe pipe = pipes.open();
        var recorder = new Recorder();
        recorder.wanted = 0;
        OwnedInterest owned = poller.register(pipe.sink(), recorder);
        owned.setOps(SelectionKey.OP_WRITE);
        poller.poll(0);

        owned.setOps(0);
        owned.takeReady();
        owned.setOps(SelectionKey.OP_WRITE);
        poller.poll(0);

        assertThat(recorder.events).isEqualTo(2);
    }

    @Test
    void channelThatWasGivenUpIsRegisteredAgainBeforeTheNextPoll() throws IOException {
        Pipe pipe = fill(pipes.open());
        var first = new Recorder();
        OwnedInterest owned = poller.register(pipe.source(), first);
        owned.setOps(SelectionKey.OP_READ);

        poller.giveUp(owned);
        var second = new Recorder();
        poller.register(pipe.source(), second).setOps(SelectionKey.OP_READ);
        poller.poll(0);

        assertThat(first.events + first.closes).isZero();
        assertThat(second.events).isEqualTo(1);
        assertThat(poller.channels()).isEqualTo(1);
        assertThat(owned.isValid()).isFalse();
        assertThatThrownBy(() -> owned.setOps(0)).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void channelThatWasGivenUpCanBeWaitedForAgain() throws IOException {
        Pipe pipe = fill(pipes.open());
        poller.giveUp(poller.register(pipe.source(), new Recorder()));

        Recorder recorder = listen(pipe);
        poller.poll(0);

        assertThat(recorder.events).isEqualTo(1);
    }

    @Test
    void ownerTakesTheChannelOverFromAnInterestThatEnds() throws IOException {
        Pipe pipe = fill(pipes.open());
        Recorder before = listen(pipe);
        Interest interest = interest(pipe.source());
        var owner = new Recorder();

        OwnedInterest owned = poller.register(pipe.source(), owner);
        poller.poll(0);
        assertThat(owner.events).as("the interest armed before is gone").isZero();
        owned.setOps(SelectionKey.OP_READ);
        poller.poll(0);

        assertThat(before.events + before.closes).isZero();
        assertThat(owner.events).isEqualTo(1);
        assertThat(interest.isValid()).isFalse();
        assertThat(poller.interestOrNull(pipe.source())).isNull();
        assertThat(poller.registeredOrNull(pipe.source())).isSameAs(owned);
    }

    /** The poller looks for closed channels only if keys are missing: a key that was given up must not hide one. */
    @Test
    void channelClosedBehindOurBackIsNoticedBesideOneThatWasGivenUp() throws IOException {
        Pipe closing = pipes.open();
        Recorder recorder = listen(closing);
        OwnedInterest owned = poller.register(pipes.open().source(), new Recorder());
        var other = new Recorder();
        OwnedInterest closedOwned = poller.register(pipes.get(1).sink(), other);

        poller.giveUp(owned);
        closing.source().close();
        pipes.get(1).sink().close();
        poller.poll(0);

        assertThat(recorder.closes).isEqualTo(1);
        assertThat(other.closes).isEqualTo(1);
        assertThat(closedOwned.isValid()).isFalse();
        assertThat(poller.channels()).isZero();
    }

    @Test
    void closeOfAChannelThatWasGivenUpTellsNobody() throws IOException {
        Pipe pipe = pipes.open();
        var recorder = new Recorder();
        poller.giveUp(poller.register(pipe.source(), recorder));

        poller.close(pipe.source());

        assertThat(recorder.closes).isZero();
        assertThat(pipe.source().isOpen()).isFalse();
    }

    @Test
    void closedChannelThatIsGivenUpIsForgottenAtOnceAndOnlyOnce() throws IOException {
        Pipe pipe = pipes.open();
        var recorder = new Recorder();
        OwnedInterest owned = poller.register(pipe.source(), recorder);
        Recorder other = listen(fill(pipes.open()));
        pipe.source().close();

        poller.giveUp(owned);
        poller.giveUp(owned);
        poller.poll(0);

        assertThat(recorder.closes).isZero();
        assertThat(other.events).isEqualTo(1);
        assertThat(other.closes).isZero();
    }

    @Test
    void closedChannelCannotBeRegistered() throws IOException {
        Pipe pipe = pipes.open();
        poller.giveUp(poller.register(pipe.source(), new Recorder()));
        pipe.source().close();

        assertThatThrownBy(() -> poller.register(pipe.source(), new Recorder()))
                .isInstanceOf(ClosedChannelException.class);
    }
}
