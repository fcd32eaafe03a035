package io.gyre.loop.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.EventLoop;
import io.gyre.loop.OtherThread;
import io.gyre.loop.TaskGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Loops and threads at the same time, in real time. */
class ThreadChannelLoopsTest {
    private static final int SENDERS = 4;
    private static final int NUMBERS_EACH = 25_000;

    private final ThreadChannel<Sent> numbers = new ThreadChannel<>("numbers", 16);

    private final ExecutorService threads = Executors.newSingleThreadExecutor();

    @AfterEach
    void endThreads() {
        threads.shutdownNow();
    }

    private record Sent(int sender, int number) {}

    private void send(int sender) {
        for (int i = 0; i < NUMBERS_EACH; i++) {
            numbers.send(new Sent(sender, i));
        }
    }

    private List<Sent> receiveAll() {
        var received = new ArrayList<Sent>();
        for (Sent sent : numbers) {
            received.add(sent);
        }
        return received;
    }

    /** Two tasks of one loop, as many senders as two threads would be. */
    private void sendInALoop() {
        EventLoop.run(() -> TaskGroup.run(group -> {
            group.createTask(() -> send(0));
            group.createTask(() -> send(1));
        }));
    }

    private List<Sent> receiveInALoop() {
        return EventLoop.run(() -> receiveAll());
    }

    @Test
    void twoLoopsAndThreadsPassManyNumbersWithoutLossOrDoubling() throws Exception {
        List<FutureTask<List<Sent>>> receivers =
                List.of(OtherThread.call(this::receiveInALoop), OtherThread.call(this::receiveAll));
        List<FutureTask<?>> senders = List.of(
                OtherThread.run(this::sendInALoop), OtherThread.run(() -> send(2)), OtherThread.run(() -> send(3)));
        for (FutureTask<?> sender : senders) {
            sender.get();
        }
        numbers.close();

        var seen = new BitSet();
        for (FutureTask<List<Sent>> receiver : receivers) {
            List<Sent> received = receiver.get();
            assertThatOrderOfEachSenderIsKept(received);
            for (Sent sent : received) {
                int index = sent.sender * NUMBERS_EACH + sent.number;
                assertThat(seen.get(index)).as("%s was there before", sent).isFalse();
                seen.set(index);
            }
        }
        assertThat(seen.cardinality()).isEqualTo(SENDERS * NUMBERS_EACH);
        assertThat(numbers.statistics()).isEqualTo(new ThreadChannel.Statistics(0, 16, 0, 0));
    }

    private static void assertThatOrderOfEachSenderIsKept(List<Sent> received) {
        Map<Integer, Integer> last = new HashMap<>();
        for (Sent sent : received) {
            Integer before = last.put(sent.sender, sent.number);
            if (before != null) {
                assertThat(sent.number).isGreaterThan(before);
            }
        }
    }

    @Test
    void loopsPlayPingPong() throws Exception {
        var ping = new ThreadChannel<Integer>("ping", 1);
        var pong = new ThreadChannel<Integer>("pong", 1);
        Callable<Integer> player = () -> EventLoop.run(() -> {
            int last = 0;
            for (int value : ping) {
                last = value;
                pong.send(value + 1);
            }
            return last;
        });
        FutureTask<Integer> other = OtherThread.call(player);

        int last = EventLoop.run(() -> {
            int value = 0;
            while (value < 2_000) {
                ping.send(value);
                value = pong.receive();
            }
            ping.close();
            return value;
        });

        assertThat(last).isEqualTo(2_000);
        assertThat(other.get()).isEqualTo(1_999);
    }

    /** One thread sends and closes at once while another looks: the end must not overtake the value. */
    @Test
    void endIsNeverSeenBeforeTheLastValue() throws Exception {
        for (int i = 0; i < 20_000; i++) {
            var channel = new ThreadChannel<Integer>(1);
            int value = i;
            FutureTask<?> sender = new FutureTask<>(
                    () -> {
                        channel.send(value);
                        channel.close();
                    },
                    "");
            threads.execute(sender);
            Optional<Integer> received = channel.tryReceive();
            while (received.isEmpty()) {
                received = channel.tryReceive();
            }
            assertThat(received).contains(value);
            sender.get();
        }
    }

    /** A task that has been served, on a loop that nobody drives, holds nobody else up. */
    @Test
    void taskOfALoopThatIsNotDrivenHoldsNobodyUp() throws Exception {
        try (var loop = EventLoop.create()) {
            var task = loop.createTask(numbers::receive);
            while (numbers.statistics().receiving() == 0) {
                loop.runOnce(Duration.ZERO);
            }
            numbers.send(new Sent(0, 0));

            List<FutureTask<?>> threads = new ArrayList<>();
            for (int i = 1; i <= SENDERS; i++) {
                int sender = i;
                threads.add(OtherThread.run(() -> {
                    for (int j = 0; j < 1_000; j++) {
                        numbers.send(new Sent(sender, j));
                        numbers.receive();
                    }
                }));
            }
            for (FutureTask<?> thread : threads) {
                thread.get();
            }

            assertThat(task.isDone()).isFalse();
            loop.runUntilComplete(() -> task.await());
            assertThat(task.resultNow()).isEqualTo(new Sent(0, 0));
        }
    }
}
