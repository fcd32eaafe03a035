package io.gyre.loop;

import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Durations.ONE_HOUR;
import static io.gyre.loop.Durations.ONE_SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.dump.DumpedTask;
import io.gyre.loop.dump.TaskRef;
import io.gyre.loop.dump.Wait;
import io.gyre.loop.spi.ChannelOwner;
import io.gyre.loop.spi.WaitReason;
import io.gyre.loop.sync.CapacityLimiter;
import io.gyre.loop.sync.Channel;
import io.gyre.loop.sync.Event;
import io.gyre.loop.sync.Lock;
import io.gyre.loop.sync.Queue;
import io.gyre.loop.sync.Select;
import io.gyre.loop.sync.Semaphore;
import io.gyre.loop.sync.ThreadChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What a dump says about each kind of wait. */
class DumpedWaitsTest {
    @AutoClose
    private final HandDrivenLoop driven = new HandDrivenLoop();

    private final EventLoop loop = driven.loop;

    private <W extends Wait> W waitOf(Task<?> task, Class<W> kind) {
        DumpedTask dumped = loop.dump().task(task.id()).orElseThrow();
        assertThat(dumped.state()).isEqualTo(DumpedTask.State.WAITING);
        assertThat(dumped.waitsFor()).isInstanceOf(kind);
        return kind.cast(Objects.requireNonNull(dumped.waitsFor()));
    }

    private static TaskRef refTo(Task<?> task) {
        return new TaskRef(task.id(), task.name(), task.loop().name());
    }

    @Test
    void timerSaysWhenItIsDue() {
        Task<?> sleeper = driven.start(() -> sleep(ONE_HOUR));
        driven.advance(ONE_SECOND);

        Wait.OnTimer wait = waitOf(sleeper, Wait.OnTimer.class);

        assertThat(wait.dueIn()).isEqualTo(ONE_HOUR.minus(ONE_SECOND));
        assertThat(wait.words()).isEqualTo("a sleep, due in 3599000 ms");
    }

    @Test
    void awaitNamesTheTask() {
        Task<?> sleeper = driven.start(() -> sleep(ONE_HOUR));
        Task<?> waiter = driven.start(() -> sleeper.await());

        Wait.OnTasks wait = waitOf(waiter, Wait.OnTasks.class);

        assertThat(wait.tasks()).containsExactly(refTo(sleeper));
        assertThat(wait.anyIsEnough()).isFalse();
        assertThat(wait.words()).isEqualTo(sleeper.toString());
    }

    @Test
    void awaitAcrossLoopsNamesTheTaskAndItsLoop() {
        try (var other = new HandDrivenLoop(options -> options.withName("other"))) {
            Task<String> remote = other.start(() -> {
                sleep(ONE_HOUR);
                return "done";
            });
            Task<String> waiter = driven.start(() -> remote.await());

            Wait.OnTasks wait = waitOf(waiter, Wait.OnTasks.class);

            assertThat(wait.tasks()).containsExactly(refTo(remote));
            assertThat(wait.words()).isEqualTo(remote + " of EventLoop[other]");
            other.settle();
            other.advance(ONE_HOUR);
            driven.runUntil(waiter::isDone);
        }
    }

    @Test
    void groupNamesTheTasksThatHaveNotEnded() {
        Task<?>[] members = new Task<?>[2];
        Task<?> owner = driven.start(() -> TaskGroup.run(TaskGroupOptions.named("crawl"), group -> {
            group.createTask(() -> {});
            members[0] = group.createTask(() -> sleep(ONE_HOUR));
            members[1] = group.createTask(() -> sleep(ONE_HOUR));
        }));

        Wait.OnTasks wait = waitOf(owner, Wait.OnTasks.class);

        assertThat(wait.words()).isEqualTo("the tasks of the group 'crawl'");
        assertThat(wait.tasks()).containsExactly(refTo(members[0]), refTo(members[1]));
        assertThat(wait.anyIsEnough()).isFalse();
    }

    @Test
    void setWaitsForAnyOfItsTasks() {
        Task<?>[] members = new Task<?>[1];
        Task<?> owner = driven.start(() -> {
            try (var set = new TaskSet<Object>()) {
                members[0] = set.createTask(() -> sleep(ONE_HOUR));
                set.awaitNext();
            }
        });

        Wait.OnTasks wait = waitOf(owner, Wait.OnTasks.class);

        assertThat(wait.words()).isEqualTo("the next task of a task set");
        assertThat(wait.tasks()).containsExactly(refTo(members[0]));
        assertThat(wait.anyIsEnough()).isTrue();
    }

    @Test
    void asCompletedWaitsForAnyOfItsTasks() {
        Task<?> one = driven.start(() -> sleep(ONE_HOUR));
        Task<?> other = driven.start(() -> sleep(ONE_HOUR));
        Task<?> waiter = driven.start(
                () -> Combinators.asCompleted(List.of(one, other)).iterator().next());

        Wait.OnTasks wait = waitOf(waiter, Wait.OnTasks.class);

        assertThat(wait.tasks()).containsExactly(refTo(one), refTo(other));
        assertThat(wait.anyIsEnough()).isTrue();
    }

    @Test
    void startOfAGroupNamesTheTaskThatIsToBeReady() {
        Task<?> owner = driven.start(() -> TaskGroup.<RuntimeException>run(group -> group.start(ready -> {
            sleep(ONE_HOUR);
            ready.setResult("ready");
            return null;
        })));

        Wait.OnFuture wait = waitOf(owner, Wait.OnFuture.class);

        assertThat(loop.dump()
                        .task(Objects.requireNonNull(wait.completer()).id())
                        .orElseThrow()
                        .parent())
                .isEqualTo(refTo(owner));
    }

    @Test
    void futureWithoutAKnownCompleterHasNone() {
        Task<?> waiter = driven.start(() -> loop.createFuture().await());

        Wait.OnFuture wait = waitOf(waiter, Wait.OnFuture.class);

        assertThat(wait.completer()).isNull();
        assertThat(wait.words()).isEqualTo("LoopFuture[hand-driven, RUNNING]");
    }

    @Test
    void futureOfAPortalNamesTheTaskThatCompletesIt() {
        try (LoopPortal portal = LoopPortal.start(
                Thread.ofPlatform().daemon().factory(), LoopOptions.defaults().withName("portal"))) {
            var end = new CountDownLatch(1);
            CompletableFuture<?> result = portal.createTask(() -> end.await());
            Task<?> waiter = driven.start(() -> Async.await(result));

            Wait.OnFuture wait = waitOf(waiter, Wait.OnFuture.class);

            assertThat(Objects.requireNonNull(wait.completer()).loop()).isEqualTo("portal");
            end.countDown();
            driven.runUntil(waiter::isDone);
        }
    }

    @Test
    void lockNamesItsOwner() {
        var lock = new Lock("account");
        Task<?> owner = driven.start(() -> lock.withLock(() -> sleep(ONE_HOUR)));
        Task<?> waiter = driven.start(lock::acquire);
        driven.start(lock::acquire);

        Wait.OnLock wait = waitOf(waiter, Wait.OnLock.class);

        assertThat(wait.owner()).isEqualTo(refTo(owner));
        assertThat(wait.waiting()).isEqualTo(2);
        assertThat(wait.words()).isEqualTo("Lock[account] held by " + owner);
    }

    @Test
    void queueAndChannelsTellTheirFill() {
        var queue = new Queue<String>("jobs", 1);
        driven.run(() -> queue.put("first"));
        Task<?> putter = driven.start(() -> queue.put("second"));
        Channel<String> channel = driven.call(() -> Channel.<String>open(3));
        Task<?> receiver = driven.start(() -> channel.receiver().receive());
        var between = new ThreadChannel<String>(2);
        Task<?> taker = driven.start(() -> between.receive());

        assertThat(waitOf(putter, Wait.OnQueue.class)).isEqualTo(new Wait.OnQueue("put to Queue[jobs 1/1]", 1, 1));
        assertThat(waitOf(receiver, Wait.OnQueue.class)).isEqualTo(new Wait.OnQueue("receive from Channel[0/3]", 0, 3));
        assertThat(waitOf(taker, Wait.OnQueue.class))
                .extracting(Wait.OnQueue::size, Wait.OnQueue::capacity)
                .containsExactly(0, 2);
        assertThat(between.trySend("value")).isTrue();
        driven.runUntil(taker::isDone);
    }

    @Test
    void permitsTellWhoHasThemIfThatIsKnown() {
        var semaphore = new Semaphore("downloads", 0);
        Task<?> patient = driven.start(() -> semaphore.acquire());
        var limiter = new CapacityLimiter("parsers", 1);
        Task<?> holder = driven.start(() -> limiter.withToken(() -> sleep(ONE_HOUR)));
        Task<?> waiter = driven.start(limiter::acquire);

        assertThat(waitOf(patient, Wait.OnPermits.class))
                .isEqualTo(new Wait.OnPermits("1 permit of Semaphore[downloads 0]", 0, List.of()));
        assertThat(waitOf(waiter, Wait.OnPermits.class).holders()).containsExactly(refTo(holder));
    }

    @Test
    void selectListsItsAlternatives() {
        var lock = new Lock("account");
        Task<?> owner = driven.start(() -> lock.withLock(() -> sleep(ONE_HOUR)));
        Task<?> waiter = driven.start(() -> Select.<String>first()
                .onAcquire(lock, _ -> "lock")
                .onDone(owner, _ -> "task")
                .onTimeout(ONE_HOUR, () -> "time")
                .await());

        Wait.OnFirst wait = waitOf(waiter, Wait.OnFirst.class);

        assertThat(wait.alternatives())
                .hasSize(3)
                .hasExactlyElementsOfTypes(Wait.OnLock.class, Wait.OnTasks.class, Wait.OnOther.class);
    }

    @Test
    void offloadedCallTellsItsThreadAndItsStack() throws Exception {
        var begun = new CountDownLatch(1);
        var end = new CountDownLatch(1);
        Task<?> caller = driven.start(() -> offload(() -> {
            begun.countDown();
            end.await();
        }));
        assertThat(begun.await(HandDrivenLoop.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .isTrue();

        Wait.OnOffload wait = waitOf(caller, Wait.OnOffload.class);

        assertThat(wait.thread()).contains("hand-driven-offload-1");
        assertThat(wait.stack()).anySatisfy(frame -> assertThat(frame).contains(DumpedWaitsTest.class.getName()));
        assertThat(wait.offloadedAt()).startsWith(DumpedWaitsTest.class.getName());
        assertThat(wait.busy()).isEmpty();
        end.countDown();
        driven.runUntil(caller::isDone);
    }

    @Test
    void offloadedCallThatHasNotBegunTellsWhatKeepsTheThreadsBusy() throws Exception {
        int threads = Math.min(32, Runtime.getRuntime().availableProcessors() + 4);
        var begun = new CountDownLatch(threads);
        var end = new CountDownLatch(1);
        for (int i = 0; i < threads; i++) {
            driven.start(() -> offload(() -> {
                begun.countDown();
                end.await();
            }));
        }
        assertThat(begun.await(HandDrivenLoop.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
        Task<?> late = driven.start(() -> offload(() -> {}));

        Wait.OnOffload wait = waitOf(late, Wait.OnOffload.class);

        assertThat(wait.thread()).isNull();
        assertThat(wait.busy()).hasSize(threads).allSatisfy(call -> assertThat(call)
                .contains(" in hand-driven-offload-"));
        assertThat(loop.dump().toString()).contains("not begun; all " + threads + " threads are busy: ");
        end.countDown();
        driven.runUntil(() -> loop.tasks().isEmpty());
    }

    @Test
    void offloadToAnotherExecutorThatHasNotBegunHasNoThread() {
        var handedOver = new ArrayDeque<Runnable>();
        Task<?> caller = driven.start(() -> offload(handedOver::add, () -> {}));

        Wait.OnOffload wait = waitOf(caller, Wait.OnOffload.class);

        assertThat(wait.thread()).isNull();
        assertThat(wait.busy()).isEmpty();
        handedOver.remove().run();
        driven.settle();
    }

    @Test
    void lockOfTheJdkIsNamedWithItsIdentity() {
        var lock = new ReentrantLock();
        Task<?> waiter;
        lock.lock();
        try {
            waiter = driven.start(() -> {
                lock.lock();
                try {
                    assertThat(lock.isHeldByCurrentThread()).isTrue();
                } finally {
                    lock.unlock();
                }
            });

            Wait.OnForeignCall wait = waitOf(waiter, Wait.OnForeignCall.class);

            assertThat(wait.words()).isEqualTo("a blocking call in java.util.concurrent.locks.ReentrantLock.lock");
            assertThat(wait.blocker()).matches("ReentrantLock @[0-9a-f]+");
            assertThat(wait.stack()).anySatisfy(frame -> assertThat(frame).contains(DumpedWaitsTest.class.getName()));
        } finally {
            lock.unlock();
        }
        driven.runUntil(waiter::isDone);
    }

    @Test
    void monitorIsNamedWithThePlaceThatEntersIt() throws Exception {
        var monitor = new Object();
        var held = new CountDownLatch(1);
        var end = new CountDownLatch(1);
        FutureTask<?> holder = OtherThread.run(() -> {
            synchronized (monitor) {
                held.countDown();
                end.await();
            }
        });
        held.await();
        Task<?> waiter = driven.start(() -> {
            synchronized (monitor) {
                assertThat(Thread.holdsLock(monitor)).isTrue();
            }
        });

        Wait.OnForeignCall wait = waitOf(waiter, Wait.OnForeignCall.class);

        assertThat(wait.words()).startsWith("a monitor in ").contains(DumpedWaitsTest.class.getName());
        end.countDown();
        holder.get();
        driven.runUntil(waiter::isDone);
    }

    @Test
    void channelHasAddressesAndWhatItsOwnerKnows() throws IOException {
        try (var server = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                var client = SocketChannel.open(server.getLocalAddress());
                var accepted = server.accept()) {
            client.configureBlocking(false);
            Task<?> reader = driven.start(() -> LowLevel.awaitReadable(client, new Owner()));

            Wait.OnChannel wait = waitOf(reader, Wait.OnChannel.class);

            assertThat(wait.words()).isEqualTo("readable the stream");
            assertThat(wait.peer()).isEqualTo("127.0.0.1:" + accepted.socket().getLocalPort());
            assertThat(wait.local()).isEqualTo("127.0.0.1:" + accepted.socket().getPort());
            assertThat(wait.unreadBytes()).isEqualTo(7);
            assertThat(wait.unsentBytes()).isEqualTo(9);
            assertThat(loop.dump().toString()).contains("readable the stream, 7 bytes unread, 9 bytes unsent");
            driven.run(() -> LowLevel.wakeReader(client));

            Task<?> ownerless = driven.start(() -> LowLevel.awaitReadable(client));

            assertThat(waitOf(ownerless, Wait.OnChannel.class))
                    .extracting(Wait.OnChannel::unreadBytes, Wait.OnChannel::unsentBytes)
                    .containsExactly(-1L, -1L);
            ownerless.cancel("the test is over");
            driven.settle();
        }
    }

    private static final class Owner implements ChannelOwner {
        @Override
        public String description() {
            return "the stream";
        }

        @Override
        public long unreadBytes() {
            return 7;
        }

        @Override
        public long unsentBytes() {
            return 9;
        }
    }

    @Test
    void primitiveOfYourOwnExplainsItself() {
        Task<?> waiter = driven.start(() -> LowLevel.park(new Connection(), () -> true));

        assertThat(waitOf(waiter, Wait.OnPermits.class))
                .isEqualTo(new Wait.OnPermits("a connection of the pool", 0, List.of()));
    }

    private record Connection() implements WaitReason {
        @Override
        public Wait explain(String words) {
            return new Wait.OnPermits(words, 0, List.of());
        }

        @Override
        public String toString() {
            return "a connection of the pool";
        }
    }

    @Test
    void primitiveThatFailsToExplainItselfKeepsItsWords() {
        WaitReason failing = _ -> {
            throw new IllegalStateException("never mind");
        };
        Task<?> waiter = driven.start(() -> LowLevel.park(failing, () -> true));

        assertThat(waitOf(waiter, Wait.OnOther.class).words()).startsWith("a lambda of ");
    }

    @Test
    void anythingElseHasWords() {
        var event = new Event("opened");
        Task<?> waiter = driven.start(event::await);

        assertThat(waitOf(waiter, Wait.OnOther.class)).isEqualTo(new Wait.OnOther("set of Event[opened]"));
    }
}
