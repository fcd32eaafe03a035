package io.gyre.loop;

import io.gyre.loop.SuspendingOperation.Kind;
import io.gyre.loop.sync.AdaptiveLimiter;
import io.gyre.loop.sync.Barrier;
import io.gyre.loop.sync.Broadcast;
import io.gyre.loop.sync.CapacityLimiter;
import io.gyre.loop.sync.Channel;
import io.gyre.loop.sync.Condition;
import io.gyre.loop.sync.Event;
import io.gyre.loop.sync.Flows;
import io.gyre.loop.sync.Generator;
import io.gyre.loop.sync.Held;
import io.gyre.loop.sync.Lock;
import io.gyre.loop.sync.Overflow;
import io.gyre.loop.sync.ParkingLot;
import io.gyre.loop.sync.Queue;
import io.gyre.loop.sync.Receiver;
import io.gyre.loop.sync.Select;
import io.gyre.loop.sync.Semaphore;
import io.gyre.loop.sync.ThreadChannel;
import io.gyre.loop.sync.Watch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Flow;
import java.util.function.BiPredicate;
import java.util.function.Function;

/** The suspending calls of {@code io.gyre.loop.sync}, each with what completes it and what must not be lost. */
final class SyncOperations {
    /**
     * One call.
     *
     * @param call suspends, and returns "value"
     * @param complete lets it return; runs in a callback
     * @param kept asked when the call was cancelled, and completed after that: whether what it would have taken is there
     */
    private record Case(Callable<String> call, Runnable complete, Callable<Boolean> kept) {}

    private SyncOperations() {}

    static List<Kind> kinds() {
        return List.of(
                kind("Lock.acquire", SyncOperations::lock),
                kind("Semaphore.acquire", SyncOperations::semaphore),
                kind("Semaphore.acquire of several", SyncOperations::severalPermits),
                kind("CapacityLimiter.acquireOnBehalfOf", SyncOperations::limiter),
                kind("CapacityLimiter.acquire", SyncOperations::limiterOfTasks),
                kind("AdaptiveLimiter.hold", SyncOperations::adaptiveLimiter),
                kind("Event.await", SyncOperations::event),
                kind("ParkingLot.park", SyncOperations::parkingLot),
                kind("Condition.await", SyncOperations::condition),
                kind("Barrier.await", SyncOperations::barrier),
                kind("Queue.get", SyncOperations::queueGet),
                kind("Queue.put", SyncOperations::queuePut),
                kind("Queue.join", SyncOperations::queueJoin),
                kind("Receiver.receive", driven -> receive(Channel.open(4))),
                kind("iterator of a Receiver", driven -> iterate(Channel.open(4))),
                kind("stream of a Receiver", driven -> stream(Channel.open(4))),
                kind("Sender.send", SyncOperations::send),
                kind("Sender.send from hand to hand", SyncOperations::sendFromHandToHand),
                kind("Select.await", driven -> select(Channel.open(4), Channel.open(4))),
                kind("Select.await to send", SyncOperations::selectToSend),
                kind("Select.await to acquire", SyncOperations::selectToAcquire),
                kind("Receiver.receive of a Broadcast", SyncOperations::broadcast),
                kind("Broadcast.send", SyncOperations::broadcastSend),
                kind("Watch.await", SyncOperations::watch),
                kind("Generator.call", SyncOperations::generator),
                kind("Receiver.receive of a Flow", SyncOperations::flow),
                kind("ThreadChannel.receive", SyncOperations::threadReceive),
                kind("ThreadChannel.tryReceive", SyncOperations::threadReceiveTimed),
                kind(
                        "ThreadChannel.send",
                        driven -> threadSend((channel, value) -> {
                            channel.send(value);
                            return true;
                        })),
                kind(
                        "ThreadChannel.trySend",
                        driven -> threadSend((channel, value) -> channel.trySend(value, Duration.ofDays(365)))));
    }

    private static Kind kind(String name, Function<HandDrivenLoop, Case> maker) {
        return new Kind(name, driven -> {
            Case made = maker.apply(driven);
            return new SuspendingOperation(driven) {
                @Override
                Object call() throws Exception {
                    return made.call.call();
                }

                @Override
                void complete() {
                    driven.loop.callSoon(made.complete);
                }

                @Override
                boolean isKept() {
                    return driven.call(made.kept);
                }

                @Override
                void close() {
                    driven.loop.tasks().forEach(left -> left.cancel("the test is over"));
                    driven.settle();
                }
            };
        });
    }

    private static Case lock(HandDrivenLoop driven) {
        var lock = new Lock();
        LoopFuture<String> released = driven.loop.createFuture();
        driven.start(() -> lock.withLock(() -> released.await()));
        driven.settle();
        return new Case(() -> lock.withLock(() -> "value"), () -> released.setResult(""), () -> !lock.isLocked());
    }

    private static Case semaphore(HandDrivenLoop driven) {
        var semaphore = new Semaphore(0);
        return new Case(
                () -> {
                    semaphore.acquire();
                    return "value";
                },
                semaphore::release,
                () -> semaphore.permits() == 1);
    }

    private static Case severalPermits(HandDrivenLoop driven) {
        var semaphore = new Semaphore(1);
        return new Case(
                () -> {
                    semaphore.acquire(3);
                    return "value";
                },
                () -> semaphore.release(2),
                () -> semaphore.permits() == 3);
    }

    private static Case limiterOfTasks(HandDrivenLoop driven) {
        var limiter = new CapacityLimiter(1);
        driven.run(() -> limiter.acquireOnBehalfOf("other"));
        return new Case(
                () -> limiter.withToken(() -> "value"),
                () -> limiter.releaseOnBehalfOf("other"),
                () -> limiter.statistics().borrowed() == 0);
    }

    private static Case adaptiveLimiter(HandDrivenLoop driven) {
        var limiter = new AdaptiveLimiter("limiter", 1, 1, Duration.ofDays(1));
        Held other = driven.call(limiter::hold);
        return new Case(
                () -> limiter.withToken(() -> "value"),
                other::close,
                () -> limiter.statistics().running() == 0);
    }

    private static Case limiter(HandDrivenLoop driven) {
        var limiter = new CapacityLimiter(1);
        driven.run(() -> limiter.acquireOnBehalfOf("other"));
        return new Case(
                () -> {
                    limiter.acquireOnBehalfOf("me");
                    return "value";
                },
                () -> limiter.releaseOnBehalfOf("other"),
                () -> limiter.statistics().borrowed() == 0);
    }

    private static Case event(HandDrivenLoop driven) {
        var event = new Event();
        return new Case(
                () -> {
                    event.await();
                    return "value";
                },
                event::set,
                event::isSet);
    }

    private static Case parkingLot(HandDrivenLoop driven) {
        var lot = new ParkingLot("the opening of");
        boolean[] open = {false};
        return new Case(
                () -> {
                    io.gyre.loop.Async.checkCancelled();
                    if (!open[0]) {
                        lot.park("a gate");
                    }
                    return "value";
                },
                () -> {
                    open[0] = true;
                    lot.unparkAll();
                },
                () -> open[0]);
    }

    private static Case condition(HandDrivenLoop driven) {
        var condition = new Condition();
        boolean[] met = {false};
        return new Case(
                () -> condition.lock().withLock(() -> {
                    condition.await(() -> met[0]);
                    return "value";
                }),
                () -> driven.loop.createTask(() -> condition.lock().withLock(() -> {
                    met[0] = true;
                    condition.signalAll();
                })),
                () -> !condition.lock().isLocked());
    }

    private static Case barrier(HandDrivenLoop driven) {
        var barrier = new Barrier(2);
        return new Case(
                () -> {
                    barrier.await();
                    return "value";
                },
                () -> driven.loop.createTask(() -> barrier.await()),
                () -> !barrier.isBroken());
    }

    private static Case queueGet(HandDrivenLoop driven) {
        var queue = new Queue<String>();
        return new Case(queue::get, () -> queue.tryPut("value"), () -> queue.size() == 1);
    }

    private static Case queuePut(HandDrivenLoop driven) {
        var queue = new Queue<String>(1);
        driven.run(() -> queue.put("first"));
        return new Case(
                () -> {
                    queue.put("second");
                    return "value";
                },
                queue::tryGet,
                queue::isEmpty);
    }

    private static Case queueJoin(HandDrivenLoop driven) {
        var queue = new Queue<String>();
        driven.run(() -> queue.put("first"));
        return new Case(
                () -> {
                    queue.join();
                    return "value";
                },
                () -> {
                    queue.tryGet();
                    queue.taskDone();
                },
                queue::isEmpty);
    }

    private static Case receive(Channel<String> channel) {
        return new Case(
                () -> channel.receiver().receive(),
                () -> channel.sender().trySend("value"),
                () -> channel.receiver().tryReceive().isPresent());
    }

    private static Case iterate(Channel<String> channel) {
        return new Case(
                () -> channel.receiver().iterator().next(),
                () -> channel.sender().trySend("value"),
                () -> channel.receiver().tryReceive().isPresent());
    }

    private static Case stream(Channel<String> channel) {
        return new Case(
                () -> channel.receiver().stream().findFirst().orElseThrow(),
                () -> channel.sender().trySend("value"),
                () -> channel.receiver().tryReceive().isPresent());
    }

    /** The receiver that completes it comes to stay, and must not have got a value that was not sent. */
    private static Case sendFromHandToHand(HandDrivenLoop driven) {
        Channel<String> channel = Channel.open();
        return new Case(
                () -> {
                    channel.sender().send("value");
                    return "value";
                },
                () -> driven.loop.createTask(() -> channel.receiver().receive()),
                () -> channel.statistics().receiving() == 1);
    }

    private static Case send(HandDrivenLoop driven) {
        Channel<String> channel = Channel.open(1);
        driven.run(() -> channel.sender().send("first"));
        return new Case(
                () -> {
                    channel.sender().send("second");
                    return "value";
                },
                () -> channel.receiver().tryReceive(),
                () -> channel.receiver().tryReceive().isEmpty());
    }

    private static Case select(Channel<String> first, Channel<String> second) {
        return new Case(
                () -> Select.<String>first()
                        .onReceive(first.receiver(), value -> value)
                        .onReceive(second.receiver(), value -> value)
                        .await(),
                () -> second.sender().trySend("value"),
                () -> second.receiver().tryReceive().isPresent());
    }

    private static Case selectToSend(HandDrivenLoop driven) {
        Channel<String> channel = Channel.open(1);
        Channel<String> other = Channel.open();
        driven.run(() -> channel.sender().send("first"));
        return new Case(
                () -> Select.<String>first()
                        .onReceive(other.receiver(), value -> value)
                        .onSend(channel.sender(), "second", () -> "value")
                        .await(),
                () -> channel.receiver().tryReceive(),
                () -> channel.receiver().tryReceive().isEmpty());
    }

    private static Case selectToAcquire(HandDrivenLoop driven) {
        var semaphore = new Semaphore(0);
        Channel<String> other = Channel.open();
        return new Case(
                () -> Select.<String>first()
                        .onReceive(other.receiver(), value -> value)
                        .onAcquire(semaphore, held -> "value")
                        .await(),
                semaphore::release,
                () -> semaphore.permits() == 1);
    }

    private static Case broadcast(HandDrivenLoop driven) {
        var broadcast = new Broadcast<String>();
        var receivers = new ArrayList<Receiver<String>>();
        driven.run(() -> receivers.add(broadcast.subscribe(4, Overflow.SUSPEND)));
        Receiver<String> receiver = receivers.getFirst();
        return new Case(receiver::receive, () -> broadcast.trySend("value"), () -> receiver.tryReceive()
                .isPresent());
    }

    private static Case broadcastSend(HandDrivenLoop driven) {
        var broadcast = new Broadcast<String>();
        var receivers = new ArrayList<Receiver<String>>();
        driven.run(() -> {
            receivers.add(broadcast.subscribe(1, Overflow.SUSPEND));
            broadcast.send("first");
        });
        Receiver<String> slow = receivers.getFirst();
        return new Case(
                () -> {
                    broadcast.send("second");
                    return "value";
                },
                slow::tryReceive,
                () -> slow.tryReceive().isEmpty());
    }

    private static Case watch(HandDrivenLoop driven) {
        var watch = new Watch<>("old");
        return new Case(() -> watch.await(value -> value.equals("value")), () -> watch.set("value"), () -> watch.value()
                .equals("value"));
    }

    private static Case generator(HandDrivenLoop driven) {
        LoopFuture<String> made = driven.loop.createFuture();
        Generator<String> generator = Channel.produce(0, sender -> sender.send(made.await()));
        return new Case(
                () -> generator.call(receiver -> receiver.receive()),
                () -> made.setResult("value"),
                () -> made.isDone());
    }

    private static Case flow(HandDrivenLoop driven) {
        var subscribers = new ArrayList<Flow.Subscriber<? super String>>();
        Receiver<String> receiver = driven.call(() -> Flows.subscribe(subscribers::add, 4));
        Flow.Subscriber<? super String> subscriber = subscribers.getFirst();
        subscriber.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long count) {}

            @Override
            public void cancel() {}
        });
        return new Case(receiver::receive, () -> subscriber.onNext("value"), () -> receiver.tryReceive()
                .isPresent());
    }

    private static Case threadReceive(HandDrivenLoop driven) {
        var channel = new ThreadChannel<String>(4);
        return new Case(channel::receive, () -> channel.trySend("value"), () -> channel.tryReceive()
                .isPresent());
    }

    private static Case threadReceiveTimed(HandDrivenLoop driven) {
        var channel = new ThreadChannel<String>(4);
        return new Case(
                () -> channel.tryReceive(Duration.ofDays(365)).orElseThrow(),
                () -> channel.trySend("value"),
                () -> channel.tryReceive().isPresent());
    }

    private static Case threadSend(BiPredicate<ThreadChannel<String>, String> send) {
        var channel = new ThreadChannel<String>(1);
        channel.send("first");
        return new Case(
                () -> send.test(channel, "second") ? "value" : "not sent",
                channel::tryReceive,
                () -> channel.tryReceive().isEmpty());
    }
}
