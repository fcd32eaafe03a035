package io.gyre.loop.sync;

import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/**
 * A suspending call, what makes it wait, and what ends the wait of one task.
 *
 * @param what the call
 * @param reason what a task that waits in it says
 * @param setUp makes a new object and sees to it that the call on it has to wait
 */
record Scenario(String what, String reason, Supplier<Step> setUp) {
    /** One run of a scenario. All its parts are called in tasks; only {@code call} suspends. */
    record Step(Runnable call, Runnable unblock, Supplier<Integer> waiting) {}

    @Override
    public String toString() {
        return what;
    }

    private static <P> Scenario of(String what, String reason, Supplier<P> make, Function<P, Step> step) {
        return new Scenario(what, reason, () -> step.apply(make.get()));
    }

    private static <P> Step step(P primitive, Runnable call, Runnable unblock, ToIntFunction<P> waiting) {
        return new Step(call, unblock, () -> waiting.applyAsInt(primitive));
    }

    static List<Scenario> all() {
        return List.of(
                of("Lock.acquire", "Lock[a] held by task 'main'", () -> new Lock("a"), Scenario::lock),
                of("Event.await", "set of Event[a]", () -> new Event("a"), Scenario::event),
                of("Condition.await", "a signal of Condition of Lock[a]", () -> new Lock("a"), Scenario::condition),
                of("Semaphore.acquire", "1 permit of Semaphore[a 0]", () -> new Semaphore("a", 0), Scenario::semaphore),
                of(
                        "CapacityLimiter.acquire",
                        "a token of CapacityLimiter[a 1/1]",
                        () -> new CapacityLimiter("a", 1),
                        Scenario::limiter),
                of(
                        "Barrier.await",
                        "the others at Barrier[a 1/2]",
                        () -> new Barrier("a", 2, () -> {}),
                        Scenario::barrier),
                of("Queue.get", "get from Queue[a 0/1]", () -> new Queue<Integer>("a", 1), Scenario::queueGet),
                of("Queue.put", "put to Queue[a 1/1]", () -> new Queue<Integer>("a", 1), Scenario::queuePut),
                of("Queue.join", "join of Queue[a 0/1]", () -> new Queue<Integer>("a", 1), Scenario::queueJoin),
                of("PriorityQueue.get", "get from PriorityQueue[a 0/1]", Scenario::priorityQueue, Scenario::queueGet),
                of(
                        "LifoQueue.put",
                        "put to LifoQueue[a 1/1]",
                        () -> new LifoQueue<Integer>("a", 1),
                        Scenario::queuePut),
                of("send, rendezvous", "send to Channel[a 0/0]", () -> channel(0), Scenario::rendezvousSend),
                of("send, buffered", "send to Channel[a 1/1]", () -> channel(1), Scenario::bufferedSend),
                of("receive", "receive from Channel[a 0/0]", () -> channel(0), Scenario::receive),
                of("iterate", "receive from Channel[a 0/1]", () -> channel(1), Scenario::iterate),
                of(
                        "Broadcast.send",
                        "send to Broadcast[a]",
                        () -> new Broadcast<Integer>("a"),
                        Scenario::broadcastSend),
                of("Watch.await", "receive from Watch[a 0/1]", () -> new Watch<>("a", 0), Scenario::watch));
    }

    private static PriorityQueue<Integer> priorityQueue() {
        return new PriorityQueue<>("a", 1, Integer::compare);
    }

    private static Channel<Integer> channel(int capacity) {
        return Channel.open("a", capacity, Overflow.SUSPEND);
    }

    private static Step lock(Lock lock) {
        lock.acquire();
        return step(lock, () -> lock.withLock(() -> {}), lock::release, l -> l.statistics()
                .waiting());
    }

    private static Step event(Event event) {
        return step(event, event::await, event::set, e -> e.statistics().waiting());
    }

    private static Step condition(Lock lock) {
        var condition = new Condition(lock);
        return step(
                condition,
                () -> lock.withLock(() -> condition.await()),
                () -> lock.withLock(() -> condition.signal()),
                c -> c.statistics().waiting());
    }

    private static Step semaphore(Semaphore semaphore) {
        return step(semaphore, semaphore::acquire, semaphore::release, s -> s.statistics()
                .waiting());
    }

    private static Step limiter(CapacityLimiter limiter) {
        limiter.acquireOnBehalfOf("the test");
        return step(
                limiter,
                () -> limiter.withToken(() -> {}),
                () -> limiter.releaseOnBehalfOf("the test"),
                l -> l.statistics().waiting());
    }

    private static Step barrier(Barrier barrier) {
        return step(barrier, barrier::await, () -> barrier.await(), b -> b.statistics()
                .waiting());
    }

    private static Step queueGet(Queue<Integer> queue) {
        return step(
                queue, queue::get, () -> queue.tryPut(1), q -> q.statistics().getting());
    }

    private static Step queuePut(Queue<Integer> queue) {
        queue.put(1);
        return step(
                queue, () -> queue.put(2), queue::tryGet, q -> q.statistics().putting());
    }

    private static Step queueJoin(Queue<Integer> queue) {
        queue.put(1);
        queue.get();
        return step(queue, queue::join, queue::taskDone, q -> q.statistics().joining());
    }

    private static Step rendezvousSend(Channel<Integer> channel) {
        return step(
                channel,
                () -> channel.sender().send(1),
                () -> channel.receiver().tryReceive(),
                c -> c.statistics().sending());
    }

    private static Step bufferedSend(Channel<Integer> channel) {
        channel.sender().send(0);
        return rendezvousSend(channel);
    }

    private static Step receive(Channel<Integer> channel) {
        return step(
                channel,
                () -> channel.receiver().receive(),
                () -> channel.sender().trySend(1),
                c -> c.statistics().receiving());
    }

    private static Step iterate(Channel<Integer> channel) {
        return step(
                channel,
                () -> channel.receiver().iterator().next(),
                () -> channel.sender().trySend(1),
                c -> c.statistics().receiving());
    }

    private static Step broadcastSend(Broadcast<Integer> broadcast) {
        Receiver<Integer> slow = broadcast.subscribe(1, Overflow.SUSPEND);
        broadcast.send(0);
        return step(broadcast, () -> broadcast.send(1), slow::tryReceive, b -> b.statistics()
                .sending());
    }

    private static Step watch(Watch<Integer> watch) {
        return step(watch, () -> watch.await(value -> value == 1), () -> watch.set(1), w -> w.statistics()
                .waiting());
    }
}
