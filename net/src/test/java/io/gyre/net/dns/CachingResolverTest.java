package io.gyre.net.dns;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.shield;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.testing.LoopTesting.assertDoesNotSuspend;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static io.gyre.net.dns.FakeResolver.FIRST;
import static io.gyre.net.dns.FakeResolver.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopOptions;
import io.gyre.loop.Task;
import io.gyre.loop.spi.Failure;
import io.gyre.loop.testing.LoopTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.UnknownServiceException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;

final class CachingResolverTest {
    private static final Duration TTL = Duration.ofSeconds(10);

    private final FakeResolver source = new FakeResolver();
    private final Resolver caching = Resolver.caching(source, TTL, 2);

    private Task<List<InetAddress>> ask(String host) {
        Task<List<InetAddress>> task = createTask("asks for " + host, () -> caching.resolve(host));
        awaitAllTasksParked();
        return task;
    }

    private void remember(String host, String address) {
        Task<List<InetAddress>> asking = ask(host);
        source.answer(host, address);
        asking.await();
    }

    // ---- at the same time

    @LoopTest(seeds = 20)
    void equalQuestionsAreAskedOnce() {
        Task<List<InetAddress>> first = ask("a.test");
        Task<List<InetAddress>> second = ask("a.test");
        Task<List<InetAddress>> third = ask("A.Test");

        source.answer("a.test", "192.0.2.1");

        assertThat(first.await()).containsExactly(FIRST);
        assertThat(second.await()).containsExactly(FIRST);
        assertThat(third.await()).containsExactly(FIRST);
        assertThat(source.log).containsExactly("a.test");
    }

    @LoopTest
    void otherQuestionsAreAskedBesides() {
        Task<List<InetAddress>> first = ask("a.test");
        Task<List<InetAddress>> second = ask("b.test");

        source.answer("b.test", "192.0.2.2");

        assertThat(second.await()).containsExactly(SECOND);
        assertThat(first.isDone()).isFalse();
        source.answer("a.test", "192.0.2.1");
        assertThat(first.await()).containsExactly(FIRST);
    }

    /** Without the dot the system may try its search domains. */
    @LoopTest
    void nameWithADotAtItsEndIsAnother() {
        Task<List<InetAddress>> relative = ask("a.test");
        Task<List<InetAddress>> absolute = ask("a.test.");

        source.answer("a.test", "192.0.2.1");
        source.answer("a.test.", "192.0.2.2");

        assertThat(relative.await()).containsExactly(FIRST);
        assertThat(absolute.await()).containsExactly(SECOND);
    }

    @LoopTest
    void whoWaitsSaysForWhat() {
        Task<?> name = ask("a.test");
        Task<String> address = createTask(() -> caching.reverse(FIRST));
        awaitAllTasksParked();

        assertThat(name.waitsFor()).isEqualTo("task 'look up a.test'");
        assertThat(address.waitsFor()).isEqualTo("task 'look up the name of 192.0.2.1'");

        source.answer("a.test", "192.0.2.1");
        source.answer("192.0.2.1", "a.test");
        name.await();
        assertThat(address.await()).isEqualTo("a.test");
    }

    @LoopTest
    void lookUpSeesTheScopedValuesOfWhoAsksFirst() {
        ScopedValue<String> user = ScopedValue.newInstance();
        var seen = new ArrayList<String>();
        Resolver resolver = Resolver.caching(
                host -> {
                    seen.add(user.orElse("nobody"));
                    return List.of(FIRST);
                },
                TTL,
                2);
        Task<?> first = ScopedValue.where(user, "ann").call(() -> createTask(() -> resolver.resolve("a.test")));
        Task<?> second = ScopedValue.where(user, "bob").call(() -> createTask(() -> resolver.resolve("a.test")));

        first.await();
        second.await();

        assertThat(seen).containsExactly("ann");
    }

    // ---- later

    @LoopTest
    void answerIsRememberedForItsTime() throws Exception {
        remember("a.test", "192.0.2.1");

        sleep(TTL.minusNanos(1));
        assertThat(assertDoesNotSuspend(() -> caching.resolve("A.TEST"))).containsExactly(FIRST);
        sleep(Duration.ofNanos(1));
        Task<List<InetAddress>> later = ask("a.test");
        source.answer("a.test", "192.0.2.2");

        assertThat(later.await()).containsExactly(SECOND);
        assertThat(source.log).containsExactly("a.test", "a.test");
        assertThat(EventLoop.current().statistics().timers()).isZero();
    }

    @LoopTest
    void nameOfAnAddressIsRememberedToo() throws Exception {
        Task<String> first = createTask(() -> caching.reverse(FIRST));
        Task<String> second = createTask(() -> caching.reverse(FIRST));
        awaitAllTasksParked();
        source.answer("192.0.2.1", "a.test");
        assertThat(first.await()).isEqualTo("a.test");
        assertThat(second.await()).isEqualTo("a.test");

        InetAddress equal = InetAddress.getByAddress("another name", FIRST.getAddress());
        assertThat(assertDoesNotSuspend(() -> caching.reverse(equal))).isEqualTo("a.test");
        assertThat(source.log).containsExactly("192.0.2.1");
    }

    @LoopTest(seeds = 20)
    void portOfAServiceIsRememberedForEachProtocol() throws Exception {
        Task<Integer> first = createTask(() -> caching.port("x", Protocol.TCP));
        Task<Integer> second = createTask(() -> caching.port("x", Protocol.TCP));
        Task<Integer> other = createTask(() -> caching.port("x", Protocol.UDP));
        awaitAllTasksParked();
        assertThat(first.waitsFor()).isEqualTo("task 'look up the TCP service 'x''");
        source.answer("x/TCP", "1");
        source.answer("x/UDP", "2");
        assertThat(first.await()).isEqualTo(1);
        assertThat(second.await()).isEqualTo(1);
        assertThat(other.await()).isEqualTo(2);

        assertThat(assertDoesNotSuspend(() -> caching.port("x", Protocol.TCP))).isEqualTo(1);
        assertThat(source.log).containsExactlyInAnyOrder("x/TCP", "x/UDP");
        sleep(TTL);
        Task<Integer> later = createTask(() -> caching.port("x", Protocol.TCP));
        awaitAllTasksParked();
        source.answer("x/TCP", "3");
        assertThat(later.await()).isEqualTo(3);
    }

    @LoopTest
    void failureOfAServiceGoesToAllWhoWaitAndIsForgotten() {
        var unknown = new UnknownServiceException("no x");
        var tasks = new ArrayList<Task<Throwable>>();
        for (int i = 0; i < 2; i++) {
            tasks.add(createTask(() -> catchThrowable(() -> caching.port("x", Protocol.TCP))));
        }
        awaitAllTasksParked();
        source.fail("x/TCP", unknown);

        for (Task<Throwable> task : tasks) {
            assertThat(task.await())
                    .isInstanceOf(UnknownServiceException.class)
                    .hasMessage("no x")
                    .hasCause(unknown);
        }
        assertThat(tasks.getFirst().await()).isNotSameAs(tasks.getLast().await());
        Task<Integer> later = createTask(() -> caching.port("x", Protocol.TCP));
        awaitAllTasksParked();
        source.answer("x/TCP", "1");
        assertThat(later.await()).isEqualTo(1);
    }

    @LoopTest
    void withoutTimeAnAnswerIsOnlyShared() throws Exception {
        Resolver sharing = Resolver.caching(source, Duration.ZERO, 1);
        Task<List<InetAddress>> first = createTask(() -> sharing.resolve("a.test"));
        Task<List<InetAddress>> second = createTask(() -> sharing.resolve("a.test"));
        awaitAllTasksParked();
        source.answer("a.test", "192.0.2.1");
        first.await();
        second.await();

        Task<List<InetAddress>> later = createTask(() -> sharing.resolve("a.test"));
        awaitAllTasksParked();
        source.answer("a.test", "192.0.2.2");

        assertThat(later.await()).containsExactly(SECOND);
        assertThat(source.log).containsExactly("a.test", "a.test");
    }

    @LoopTest
    void timeThatNeverEndsIsAccepted() throws Exception {
        Resolver forEver = Resolver.caching(source, Duration.ofSeconds(Long.MAX_VALUE), 1);
        Task<List<InetAddress>> first = createTask(() -> forEver.resolve("a.test"));
        awaitAllTasksParked();
        source.answer("a.test", "192.0.2.1");
        first.await();

        sleep(Duration.ofDays(36_500));

        assertThat(assertDoesNotSuspend(() -> forEver.resolve("a.test"))).containsExactly(FIRST);
    }

    @LoopTest
    void oldestAnswerMakesRoom() throws Exception {
        remember("a.test", "192.0.2.1");
        remember("b.test", "192.0.2.2");
        remember("c.test", "192.0.2.1");

        assertThat(assertDoesNotSuspend(() -> caching.resolve("b.test"))).containsExactly(SECOND);
        assertThat(assertDoesNotSuspend(() -> caching.resolve("c.test"))).containsExactly(FIRST);
        remember("a.test", "192.0.2.2");
        assertThat(source.log).containsExactly("a.test", "b.test", "c.test", "a.test");
    }

    @LoopTest
    void answerThatIsRenewedIsTheYoungest() throws Exception {
        remember("a.test", "192.0.2.1");
        sleep(Duration.ofSeconds(5));
        remember("b.test", "192.0.2.2");
        sleep(Duration.ofSeconds(5));
        remember("a.test", "192.0.2.1");
        remember("c.test", "192.0.2.1");

        assertThat(assertDoesNotSuspend(() -> caching.resolve("a.test"))).containsExactly(FIRST);
        remember("b.test", "192.0.2.2");
        assertThat(source.log).containsExactly("a.test", "b.test", "a.test", "c.test", "b.test");
    }

    @LoopTest
    void eachLoopRemembersForItself() throws Exception {
        var answers = new ArrayList<>(List.of(FIRST, SECOND));
        Resolver shared = Resolver.caching(host -> List.of(answers.removeFirst()), TTL, 2);
        shared.resolve("a.test");

        List<InetAddress> other = EventLoop.run(() -> shared.resolve("a.test"));

        assertThat(other).containsExactly(SECOND);
        assertThat(assertDoesNotSuspend(() -> shared.resolve("a.test"))).containsExactly(FIRST);
    }

    // ---- failures

    private Task<Throwable> failureOf(String host) {
        Task<Throwable> task = createTask(() -> catchThrowable(() -> caching.resolve(host)));
        awaitAllTasksParked();
        return task;
    }

    @LoopTest(seeds = 20)
    void failureGoesToAllWhoWaitAndIsForgotten() {
        Task<Throwable> first = failureOf("a.test");
        Task<Throwable> second = failureOf("a.test");
        var unknown = new UnknownHostException("no a.test");

        source.fail("a.test", unknown);

        assertThat(first.await()).isInstanceOf(UnknownHostException.class).hasMessage("no a.test");
        assertThat(first.await()).cause().isSameAs(unknown);
        assertThat(second.await()).isInstanceOf(UnknownHostException.class).isNotSameAs(first.await());
        assertThat(second.await()).cause().isSameAs(unknown);

        remember("a.test", "192.0.2.1");
        assertThat(source.log).containsExactly("a.test", "a.test");
    }

    @LoopTest
    void otherFailuresAreToldApart() {
        Task<Throwable> unreachable = failureOf("a.test");
        Task<Throwable> broken = failureOf("b.test");

        source.fail("a.test", new IOException("the name server is down"));
        source.fail("b.test", new IllegalStateException("a bug"));

        assertThat(unreachable.await()).isExactlyInstanceOf(IOException.class).hasMessage("the name server is down");
        assertThat(broken.await())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(IllegalStateException.class);
    }

    @LoopTest
    void answerWithoutAnAddressIsAFailure() {
        Task<List<InetAddress>> asking = ask("a.test");

        source.answer("a.test", "");

        assertThatThrownBy(asking::await).hasCauseInstanceOf(UnknownHostException.class);
        remember("a.test", "192.0.2.1");
    }

    @LoopTest
    void resolverThatAsksItselfFails() {
        Resolver[] self = new Resolver[1];
        self[0] = Resolver.caching(host -> self[0].resolve(host), TTL, 2);

        assertThatThrownBy(() -> self[0].resolve("a.test"))
                .isInstanceOf(CompletionException.class)
                .rootCause()
                .hasMessageContaining("awaits itself");
    }

    // ---- cancellation

    @LoopTest
    void cancelledWaiterDoesNotHurtTheOthers() {
        Task<List<InetAddress>> first = ask("a.test");
        Task<List<InetAddress>> second = ask("a.test");

        first.cancel("test");
        assertThatThrownBy(first::await).hasCauseInstanceOf(CancelledException.class);
        Task<List<InetAddress>> third = ask("a.test");
        source.answer("a.test", "192.0.2.1");

        assertThat(second.await()).containsExactly(FIRST);
        assertThat(third.await()).containsExactly(FIRST);
        assertThat(source.log).containsExactly("a.test");
    }

    @LoopTest
    void lastWaiterThatIsCancelledGivesTheLookUpUp() {
        Task<List<InetAddress>> first = ask("a.test");
        Task<List<InetAddress>> second = ask("a.test");

        first.cancel("test");
        second.cancel("test");
        awaitAllTasksParked();

        assertThat(first.isCancelled()).isTrue();
        assertThat(second.isCancelled()).isTrue();
        assertThat(source.log).containsExactly("a.test", "cancelled a.test");
        assertThat(EventLoop.current().tasks()).containsExactly(currentTask());
        assertThat(EventLoop.current().statistics().timers()).isZero();
    }

    @LoopTest
    void whoAsksAfterThatStartsAnew() throws Exception {
        var late = new FakeResolver();
        var questions = new ArrayList<String>();
        Resolver stubborn = Resolver.caching(
                host -> {
                    questions.add(host);
                    return questions.size() == 1
                            ? shield(Duration.ofDays(1), () -> late.resolve(host))
                            : source.resolve(host);
                },
                TTL,
                2);
        Task<List<InetAddress>> first = createTask(() -> stubborn.resolve("a.test"));
        awaitAllTasksParked();
        first.cancel("test");
        awaitAllTasksParked();

        Task<List<InetAddress>> second = createTask(() -> stubborn.resolve("a.test"));
        awaitAllTasksParked();
        late.answer("a.test", "192.0.2.1");
        awaitAllTasksParked();
        Task<List<InetAddress>> third = createTask(() -> stubborn.resolve("a.test"));
        awaitAllTasksParked();
        source.answer("a.test", "192.0.2.2");

        assertThat(second.await()).containsExactly(SECOND);
        assertThat(third.await()).as("the answer that came late is nobody's").containsExactly(SECOND);
        assertThat(questions).hasSize(2);
    }

    /** Else the test would fail: whatever is reported is a failure of the test. */
    @LoopTest
    void failureOfALookUpThatWasGivenUpIsNotReported() {
        Resolver failing = Resolver.caching(
                host -> {
                    try {
                        return source.resolve(host);
                    } catch (CancelledException cancelled) {
                        throw new IOException("interrupted", cancelled);
                    } finally {
                        source.log.add("ended");
                    }
                },
                TTL,
                2);
        Task<List<InetAddress>> asking = createTask(() -> failing.resolve("a.test"));
        awaitAllTasksParked();

        asking.cancel("test");
        awaitAllTasksParked();

        assertThat(source.log).containsExactly("a.test", "cancelled a.test", "ended");
    }

    @LoopTest
    void cancelledTaskDoesNotAsk() {
        Task<List<InetAddress>> task = createTask(() -> {
            currentTask().cancel("test");
            return caching.resolve("a.test");
        });

        assertThatThrownBy(task::await).hasCauseInstanceOf(CancelledException.class);
        assertThat(source.log).isEmpty();
    }

    @LoopTest
    void answerThatHasComeIsDeliveredToACancelledTask() {
        List<List<InetAddress>> delivered = new ArrayList<>();
        Task<?> task = createTask(() -> {
            delivered.add(caching.resolve("a.test"));
            yieldNow();
        });
        awaitAllTasksParked();
        Task<?> lookUp = EventLoop.current().tasks().stream()
                .filter(Task::isSystem)
                .findFirst()
                .orElseThrow();

        source.answer("a.test", "192.0.2.1");
        while (!lookUp.isDone()) {
            yieldNow();
        }
        task.cancel("test");

        assertThatThrownBy(task::await).hasCauseInstanceOf(CancelledException.class);
        assertThat(delivered).containsExactly(List.of(FIRST));
        assertThat(source.log).containsExactly("a.test");
    }

    // ---- the end of the loop

    @LoopTest
    void closingTheLoopEndsItsLookUps() throws Exception {
        List<Failure> failures = new CopyOnWriteArrayList<>();

        EventLoop.run(LoopOptions.defaults().withFailureHandler(failures::add), () -> {
            createTask("asks", () -> caching.resolve("a.test"));
            yieldNow();
            yieldNow();
        });

        assertThat(failures).isEmpty();
        assertThat(source.log).containsExactly("a.test", "cancelled a.test");
    }

    @LoopTest
    void cleanUpCodeCanLookNamesUpWhileTheLoopCloses() throws Exception {
        Map<String, InetAddress> hosts = Map.of("log.test", SECOND);
        Resolver slow = Resolver.caching(
                host -> {
                    sleep(Duration.ofMillis(1));
                    return List.of(hosts.get(host));
                },
                TTL,
                2);
        List<List<InetAddress>> found = new CopyOnWriteArrayList<>();

        EventLoop.run(() -> {
            createTask("cleans up", () -> {
                try {
                    sleep(Duration.ofDays(1));
                } finally {
                    found.add(shield(Duration.ofSeconds(10), () -> slow.resolve("log.test")));
                }
            });
            yieldNow();
        });

        assertThat(found).containsExactly(List.of(SECOND));
    }
}
