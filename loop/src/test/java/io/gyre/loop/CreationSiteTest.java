package io.gyre.loop;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.spi.Failure;
import io.gyre.loop.sync.Channel;
import io.gyre.loop.sync.Flows;
import io.gyre.loop.sync.Generator;
import io.gyre.loop.sync.Select;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** However a task or callback is created, its messages name the line of this test. The class lives in a package of the library. */
class CreationSiteTest {
    private static final Pattern HERE = Pattern.compile(
            Pattern.quote(CreationSiteTest.class.getName()) + "\\..*\\(CreationSiteTest\\.java:(\\d+)\\)");

    private static final Duration TICK = Duration.ofMillis(1);

    private final HandDrivenLoop driven = new HandDrivenLoop();
    private final EventLoop loop = driven.loop;
    private final List<String> noted = new CopyOnWriteArrayList<>();
    private int from;

    @AfterEach
    void close() {
        driven.close();
    }

    /** The body of a task: notes where the task was created. */
    private int note() {
        noted.add(String.valueOf(currentTask().createdAt()));
        return 0;
    }

    private void begin() {
        from = lineOfCaller();
    }

    /** Expects that whatever was noted was created between {@link #begin} and here, and forgets it. */
    private void end(int count) {
        assertHere(noted, count, lineOfCaller());
        noted.clear();
    }

    private void assertHere(List<String> places, int count, int to) {
        assertThat(places).hasSize(count).allSatisfy(place -> {
            Matcher here = HERE.matcher(place);
            assertThat(here.matches()).as(place).isTrue();
            assertThat(Integer.parseInt(here.group(1))).as(place).isBetween(from, to);
        });
    }

    private void endWithFailures(int count) {
        List<Failure> failures = driven.takeFailures();
        assertHere(failures.stream().map(each -> "" + each.createdAt()).toList(), count, lineOfCaller());
        assertThat(failures).allSatisfy(each -> assertThat(each.message()).contains("(created at " + each.createdAt()));
    }

    private static int lineOfCaller() {
        return StackWalker.getInstance()
                .walk(frames -> frames.skip(2).findFirst())
                .orElseThrow()
                .getLineNumber();
    }

    private static void fail() {
        throw new IllegalStateException("boom");
    }

    @Test
    void mainAndTasksOfALoop() {
        begin();
        loop.createTask(this::note);
        loop.createTask("named", this::note);
        loop.createTask(() -> {
            note();
        });
        loop.createTask("named", () -> {
            note();
        });
        loop.createSystemTask("system", this::note);
        loop.createSystemTask("system", () -> {
            note();
        });
        loop.runUntilComplete(this::note);
        driven.settle();
        end(7);
    }

    @Test
    void mainOfEachWayToRun() {
        begin();
        EventLoop.run(this::note);
        EventLoop.run(() -> {
            note();
        });
        EventLoop.run(LoopOptions.defaults(), this::note);
        end(3);
    }

    @Test
    void tasksOfTasks() {
        driven.run(() -> {
            begin();
            createTask(this::note).await();
            createTask("named", this::note).await();
            createTask(() -> {
                        note();
                    })
                    .await();
            LowLevel.createTask("for another", this, this::note).await();
            end(4);
        });
    }

    @Test
    void tasksOfGroups() {
        driven.run(() -> {
            begin();
            TaskGroup.run(group -> {
                group.createTask(this::note);
                group.createTask("named", this::note);
                group.createTask(() -> {
                    note();
                });
            });
            TaskGroup.supervise(group -> group.createTask(this::note));
            end(4);
        });
    }

    @Test
    void tasksOfCombinators() {
        var task = loop.createTask(() -> {
            begin();
            Combinators.gather(this::note, this::note);
            Combinators.gather(List.<Callable<Integer>>of(this::note));
            Combinators.gatherSettled(this::note);
            Combinators.race(this::note);
            Combinators.staggered(TICK, List.<Callable<Integer>>of(this::note));
            Combinators.mapAsync(2, List.of(1, 2), element -> note());
            end(8);
            return "";
        });
        driven.settle();
        driven.advance(TICK);
        task.resultNow();
    }

    @Test
    void tasksInLoopsOfTheJdk() {
        driven.run(() -> {
            begin();
            IntStream.range(0, 3).forEach(i -> createTask(this::note));
            List<Task<Integer>> mapped = Stream.<Callable<Integer>>of(this::note, this::note)
                    .map(Async::createTask)
                    .toList();
            List.<Callable<Integer>>of(this::note).forEach(Async::createTask);
            Combinators.gatherTasks(mapped);
            end(6);
        });
    }

    @Test
    void tasksThatServeTheCreatorOfAGeneratorOrFlow() {
        driven.run(() -> {
            begin();
            Generator<Integer> generator = Channel.produce(0, sender -> {
                note();
                sender.send(1);
            });
            generator.run(receiver -> receiver.receive());
            List<Integer> all = generator.call(receiver -> receiver.stream().toList());
            Flows.publish(generator).subscribe(new Receives());
            for (Task<?> task : loop.tasks()) {
                if (task.name().startsWith("delivery")) {
                    noted.add("" + task.createdAt());
                    task.await();
                }
            }
            assertThat(all).containsExactly(1);
            end(4);
        });
    }

    private static final class Receives implements Flow.Subscriber<Integer> {
        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(Integer value) {}

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onComplete() {}
    }

    @Test
    void tasksOfCallbacks() {
        begin();
        loop.callSoon(() -> createTask(this::note));
        loop.callLater(TICK, () -> createTask(this::note));
        loop.callSoonThreadsafe(() -> createTask(this::note));
        loop.createTask(() -> "").whenDone(done -> createTask(this::note));
        driven.run(() -> Select.<Task<?>>first()
                .onTimeout(Duration.ZERO, () -> createTask(this::note))
                .await());
        driven.run(() -> LowLevel.atEndOfStep(() -> createTask(this::note)));
        driven.advance(TICK);
        end(6);
    }

    @Test
    void callbacksThatFail() {
        begin();
        loop.callSoon(CreationSiteTest::fail);
        loop.callLater(TICK, CreationSiteTest::fail);
        loop.callSoonThreadsafe(CreationSiteTest::fail);
        loop.execute(CreationSiteTest::fail);
        loop.createTask(() -> "").whenDone(done -> fail());
        List.of(1, 2).forEach(i -> loop.callSoon(CreationSiteTest::fail));
        driven.advance(TICK);
        endWithFailures(7);
    }

    @Test
    void tasksThatFailUnobserved() {
        begin();
        loop.createTask(CreationSiteTest::fail);
        loop.createTask(new Failing());
        List.of(1).forEach(i -> loop.createTask(CreationSiteTest::fail));
        driven.settle();
        endWithFailures(3);
    }

    private static final class Failing implements Callable<String> {
        @Override
        public String call() {
            throw new IllegalStateException("boom");
        }
    }

    @Test
    void tasksFromOtherThreads() {
        begin();
        try (var portal = LoopPortal.start()) {
            portal.createTask(this::note).join();
            portal.call(this::note);
            portal.call(() -> {
                note();
            });
            portal.loop().call(this::note);
            Stream.<Callable<Integer>>of(this::note).map(portal::createTask).forEach(CompletableFuture::join);
            CompletableFuture.runAsync(() -> createTask(this::note), portal.loop())
                    .join();
        }
        end(6);
    }

    @Test
    void tasksOfALoopGroup() {
        begin();
        try (var group = LoopGroup.start(2)) {
            for (LoopPortal portal : group.portals()) {
                portal.call(() -> createTask(this::note).await());
            }
            group.next().createTask(this::note).join();
        }
        end(3);
    }

    @Test
    void lambdaThatIsUsedInTwoPlacesHasTheLineOfEach() {
        Callable<Integer> kept = this::note;
        for (int round = 0; round < 3; round++) {
            begin();
            loop.createTask(kept);
            driven.settle();
            end(1);

            begin();
            loop.createTask(kept);
            driven.settle();
            end(1);
        }
    }

    @Test
    void lambdaThatIsUsedInOnePlaceIsReadFromMemoryInTheEnd() {
        List<@Nullable String> places = new ArrayList<>();
        for (int round = 0; round < 100; round++) {
            places.add(loop.createTask(() -> "").createdAt());
        }
        driven.settle();

        assertThat(places).allMatch(place -> HERE.matcher("" + place).matches());
        assertThat(places.getLast()).isSameAs(places.get(50)).isEqualTo(places.getFirst());
    }

    /** A program that is one jar, and that renames nothing: the package tells the library from the program. */
    @Test
    void shadedProgramIsToldFromTheLibraryByItsPackages() throws Exception {
        var jar = new OneJar();
        Class<?> owners = jar.loadClass(CodeOwner.class.getName());
        var of = owners.getDeclaredMethod("of", Class.class);
        of.setAccessible(true);

        assertThat(of.invoke(null, jar.loadClass(Task.class.getName()))).hasToString("LIBRARY");
        assertThat(of.invoke(null, jar.loadClass(Channel.class.getName()))).hasToString("LIBRARY");
        assertThat(of.invoke(null, jar.loadClass("org.assertj.core.api.Assertions")))
                .hasToString("USER");
        assertThat(of.invoke(null, String.class)).hasToString("JDK");
        assertThat(of.invoke(null, java.util.logging.Logger.class)).hasToString("JDK");
    }

    /** Defines whatever it finds by itself, as if all came from one place. */
    private static final class OneJar extends ClassLoader {
        OneJar() {
            super(CreationSiteTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                Class<?> known = findLoadedClass(name);
                if (known != null) {
                    return known;
                }
                try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                    if (name.startsWith("java.") || in == null) {
                        return super.loadClass(name, resolve);
                    }
                    byte[] bytes = in.readAllBytes();
                    return defineClass(name, bytes, 0, bytes.length);
                } catch (IOException e) {
                    throw new ClassNotFoundException(name, e);
                }
            }
        }
    }

    @Test
    void ownersOfClasses() {
        assertThat(CodeOwner.of(CreationSiteTest.class)).isEqualTo(CodeOwner.USER);
        assertThat(CodeOwner.of(HandDrivenLoop.class)).isEqualTo(CodeOwner.USER);
        assertThat(CodeOwner.of(EventLoop.class)).isEqualTo(CodeOwner.LIBRARY);
        assertThat(CodeOwner.of(Generator.class)).isEqualTo(CodeOwner.LIBRARY);
        assertThat(CodeOwner.of(Test.class)).isEqualTo(CodeOwner.USER);
        assertThat(CodeOwner.of(Stream.class)).isEqualTo(CodeOwner.JDK);
        assertThat(CodeOwner.of(int[].class)).isEqualTo(CodeOwner.JDK);
    }
}
