package io.gyre.loop.features;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.testing.LoopTesting.assertDoesNotSuspend;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gyre.loop.EventLoop;
import io.gyre.loop.Feature;
import io.gyre.loop.LoopFuture;
import io.gyre.loop.OtherThread;
import io.gyre.loop.Task;
import io.gyre.loop.VoidBody;
import io.gyre.loop.sync.Broadcast;
import io.gyre.loop.sync.Channel;
import io.gyre.loop.sync.ChannelBrokenException;
import io.gyre.loop.sync.ChannelClosedException;
import io.gyre.loop.sync.ChannelEndedException;
import io.gyre.loop.sync.LifoQueue;
import io.gyre.loop.sync.Overflow;
import io.gyre.loop.sync.PriorityQueue;
import io.gyre.loop.sync.Queue;
import io.gyre.loop.sync.QueueShutDownException;
import io.gyre.loop.sync.Receiver;
import io.gyre.loop.sync.Sender;
import io.gyre.loop.sync.ThreadChannel;
import io.gyre.loop.sync.Watch;
import io.gyre.loop.testing.LoopTest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;

class QueueAndChannelFeaturesTest {
    private final List<String> log = new ArrayList<>();

    private static Task<?> start(String name, VoidBody<Exception> body) {
        Task<?> task = createTask(name, body);
        awaitAllTasksParked();
        return task;
    }

    private static List<Integer> drained(Queue<Integer> queue) {
        for (int item : List.of(2, 3, 1)) {
            queue.put(item);
        }
        return List.of(queue.get(), queue.get(), queue.get());
    }

    @LoopTest
    @Feature("Queues: FIFO, LIFO, by priority")
    void queuesAreFifoLifoOrByPriorityBoundedJoinableAndHaveCallsThatDoNotWait() {
        assertThat(drained(new Queue<>())).containsExactly(2, 3, 1);
        assertThat(drained(new LifoQueue<>())).containsExactly(1, 3, 2);
        assertThat(drained(new PriorityQueue<>(Integer::compare))).containsExactly(1, 2, 3);

        var queue = new Queue<String>("jobs", 1);
        assertDoesNotSuspend(() -> {
            assertThat(queue.tryGet()).isEmpty();
            assertThat(queue.tryPut("first")).isTrue();
            assertThat(queue.tryPut("too many")).isFalse();
        });
        Task<?> putter = start("putter", () -> queue.put("second"));
        Task<?> joiner = start("joiner", queue::join);
        assertThat(putter.waitsFor()).isEqualTo("put to Queue[jobs 1/1]");

        for (String expected : List.of("first", "second")) {
            assertThat(queue.get()).isEqualTo(expected);
            awaitAllTasksParked();
            assertThat(joiner.isDone()).isFalse();
            queue.taskDone();
        }
        joiner.await();
    }

    @LoopTest
    @Feature("Queue shutdown")
    void queueThatIsShutDownFailsWaitingOperationsAtOnceOrAfterItsItems() {
        var empty = new Queue<String>();
        Task<?> getter = start("getter", () -> assertThatExceptionOfType(QueueShutDownException.class)
                .isThrownBy(empty::get));
        var full = new Queue<String>(1);
        full.put("first");
        Task<?> putter = start("putter", () -> assertThatExceptionOfType(QueueShutDownException.class)
                .isThrownBy(() -> full.put("second")));

        empty.shutdown(false);
        full.shutdown(false);
        getter.await();
        putter.await();
        assertThat(full.get()).as("what it still holds").isEqualTo("first");
        assertThatExceptionOfType(QueueShutDownException.class).isThrownBy(full::get);

        var dropped = new Queue<String>();
        dropped.put("lost");
        dropped.shutdown(true);
        assertThat(dropped.isEmpty()).isTrue();
        dropped.join();
    }

    @LoopTest
    @Feature("Channels (CSP)")
    void channelHasTwoEndsIsARendezvousByDefaultAndCountsItsOpenEnds() {
        Channel<String> rendezvous = Channel.open();
        Task<?> sender = start("sender", () -> rendezvous.sender().send("hand to hand"));
        assertThat(sender.isDone()).isFalse();
        assertThat(rendezvous.receiver().receive()).isEqualTo("hand to hand");
        sender.await();

        Channel<String> channel = Channel.open(4);
        Sender<String> duplicate = channel.sender().duplicate();
        channel.sender().send("first");
        channel.sender().close();
        assertThatExceptionOfType(ChannelClosedException.class)
                .isThrownBy(() -> channel.sender().send("closed"));
        duplicate.send("second");
        duplicate.close();
        assertThat(channel.statistics()).isEqualTo(new Channel.Statistics(2, 4, 2, 0, 0, 1, 0, 0));
        assertThat(channel.receiver()).containsExactly("first", "second");
        assertThatExceptionOfType(ChannelEndedException.class)
                .isThrownBy(() -> channel.receiver().receive());

        Task<?> left = start("left", () -> assertThatExceptionOfType(ChannelBrokenException.class)
                .isThrownBy(() -> rendezvous.sender().send("nobody is there")));
        rendezvous.receiver().close();
        left.await();
    }

    @LoopTest
    @Feature("Overflow policies of channels")
    void overflowDropsTheOldestOrTheLatestOrSuspends() {
        assertThat(sent(Channel.open(2, Overflow.DROP_OLDEST))).containsExactly(2, 3);
        assertThat(sent(Channel.open(2, Overflow.DROP_LATEST))).containsExactly(1, 2);
        assertThat(sent(Channel.open(2, Overflow.SUSPEND))).containsExactly(1, 2, 3);
        assertThat(sent(Channel.conflated())).containsExactly(3);
    }

    private static List<Integer> sent(Channel<Integer> channel) {
        start("sender", () -> {
            try (Sender<Integer> sender = channel.sender()) {
                for (int i = 1; i <= 3; i++) {
                    sender.send(i);
                }
            }
        });
        return channel.receiver().stream().toList();
    }

    @LoopTest
    @Feature("Broadcast and watch channels")
    void broadcastWatchOneshotAndManyProducers(EventLoop loop) {
        var news = new Broadcast<String>("news");
        Receiver<String> first = news.subscribe(2, Overflow.SUSPEND);
        Receiver<String> second = news.subscribe(2, Overflow.SUSPEND);
        news.send("to all");
        assertThat(first.receive()).isEqualTo("to all").isEqualTo(second.receive());

        var state = new Watch<>("state", "starting");
        Task<String> watcher = createTask(() -> state.await(now -> now.equals("ready")));
        state.set("missed");
        state.set("ready");
        assertThat(watcher.await()).isEqualTo("ready");

        LoopFuture<String> oneshot = loop.createFuture();
        loop.callSoon(() -> oneshot.setResult("once"));
        assertThat(oneshot.await()).isEqualTo("once");

        Channel<String> channel = Channel.open();
        for (String name : List.of("a", "b", "c")) {
            Sender<String> own = channel.sender().duplicate();
            createTask(() -> {
                try (own) {
                    own.send(name);
                }
            });
        }
        channel.sender().close();
        channel.receiver().forEach(log::add);
        assertThat(log).containsExactlyInAnyOrder("a", "b", "c");
    }

    @LoopTest
    @Feature("Thread-safe channels, between threads and loops")
    void threadChannelPassesValuesBetweenTheLoopAndThreads() throws Exception {
        var questions = new ThreadChannel<Integer>("questions", 1);
        var answers = new ThreadChannel<Integer>("answers", 1);
        FutureTask<?> thread = OtherThread.run(() -> {
            try (answers) {
                questions.forEach(number -> answers.send(number * number));
            }
        });

        createTask(() -> {
            try (questions) {
                for (int i = 1; i <= 3; i++) {
                    questions.send(i);
                }
            }
        });
        answers.forEach(answer -> log.add("answer " + answer));
        thread.get();

        assertThat(log).containsExactly("answer 1", "answer 4", "answer 9");
    }

    @LoopTest
    @Feature("A channel as a Java `Stream`")
    void receiverIsAJavaStreamAndIterator() {
        Channel<Integer> channel = Channel.open();
        createTask(() -> {
            try (Sender<Integer> sender = channel.sender()) {
                for (int i = 1; i <= 5; i++) {
                    sender.send(i);
                }
            }
        });

        List<String> odd = channel.receiver().stream()
                .filter(i -> i % 2 == 1)
                .limit(2)
                .map(i -> "odd " + i)
                .toList();
        assertThat(odd).containsExactly("odd 1", "odd 3");
        for (int rest : channel.receiver()) {
            log.add("rest " + rest);
        }
        assertThat(log).containsExactly("rest 4", "rest 5");
    }
}
