package io.gyre.loop.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.FileNotFoundException;
import java.io.InvalidClassException;
import java.io.NotSerializableException;
import java.io.ObjectInputFilter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What crosses between the parent and a child. One child serves all tests of the class, so none may harm it. */
class ProcessPoolTest {
    private static final int MEBIBYTE = 1 << 20;

    private static final LinkedBlockingQueue<String> OUTPUT = new LinkedBlockingQueue<>();

    private static final ProcessPool POOL = new ProcessPool(ProcessPoolOptions.defaults()
            .withSize(1)
            .withJvmArgs("-Xmx512m", "-Dgyre.test=from the options")
            .withOutputHandler((pid, line) -> OUTPUT.add(line)));

    @AfterAll
    static void close() {
        POOL.close();
        assertThat(ProcessHandle.current().children()).isEmpty();
    }

    private record NotSerializable(int value) {}

    private static final class UnserializableException extends Exception {
        private static final long serialVersionUID = 1L;

        @SuppressWarnings("serial") // that is its purpose
        private final Object payload = new NotSerializable(1);

        UnserializableException(String message, Throwable cause) {
            super(message, cause);
        }

        @Override
        public String getMessage() {
            return super.getMessage() + " " + payload;
        }
    }

    private static long pid() {
        return ProcessHandle.current().pid();
    }

    private static String fail() throws FileNotFoundException {
        throw new FileNotFoundException("gone");
    }

    @Test
    void callRunsInAnotherProcessAndItsResultComesBack() throws Exception {
        int captured = 20;

        assertThat(POOL.submit(() -> captured + 22).get()).isEqualTo(42);
        assertThat(POOL.submit(() -> pid()).get()).isNotEqualTo(pid());
        assertThat(POOL.submit(() -> (String) null).get()).isNull();
    }

    @Test
    void childIsReused() throws Exception {
        long first = POOL.submit(() -> pid()).get();

        for (int i = 0; i < 20; i++) {
            assertThat(POOL.submit(() -> pid()).get()).isEqualTo(first);
        }
    }

    @Test
    void commandsRunWithoutAResultOrWithOneThatStaysHere() throws Exception {
        var local = new NotSerializable(7);
        SerializableRunnable command = () -> System.setProperty("gyre.test.ran", "yes");

        assertThat(POOL.submit(command).get()).isNull();
        assertThat(POOL.submit(command, local).get()).isSameAs(local);
        POOL.execute(command);

        assertThat(POOL.submit(() -> System.getProperty("gyre.test.ran")).get()).isEqualTo("yes");
    }

    @Test
    void childHasTheArgumentsOfTheOptionsAndTheFlagThatLoopsNeed() throws Exception {
        assertThat(POOL.submit(() -> System.getProperty("gyre.test")).get()).isEqualTo("from the options");
        assertThat(POOL.submit(() -> io.gyre.loop.EventLoop.<String, RuntimeException>run(() -> "in a loop"))
                        .get())
                .isEqualTo("in a loop");
    }

    @Test
    void moreCallsThanChildrenAllRun() throws Exception {
        var futures = new ArrayList<Future<Integer>>();
        for (int i = 0; i < 50; i++) {
            int number = i;
            futures.add(POOL.submit(() -> number * number));
        }

        for (int i = 0; i < 50; i++) {
            assertThat(futures.get(i).get()).isEqualTo(i * i);
        }
    }

    @Test
    void largeArgumentsAndResultsPass() throws Exception {
        byte[] sent = new byte[50 * MEBIBYTE];
        Arrays.fill(sent, (byte) 3);

        assertThat(POOL.submit(() -> sent.length).get()).isEqualTo(sent.length);
        byte[] received = POOL.submit(() -> new byte[50 * MEBIBYTE]).get();

        assertThat(received).hasSize(50 * MEBIBYTE);
    }

    @Test
    void printsInTheChildGoToTheHandlerAndDisturbNothing() throws Exception {
        OUTPUT.clear();

        assertThat(POOL.submit(() -> {
                            System.out.println("to out");
                            System.err.println("to err");
                            return "result";
                        })
                        .get())
                .isEqualTo("result");

        assertThat(OUTPUT.poll(10, TimeUnit.SECONDS)).isEqualTo("to out");
        assertThat(OUTPUT.poll(10, TimeUnit.SECONDS)).isEqualTo("to err");
    }

    @Test
    void exceptionComesBackWithTheStackOfTheChild() throws Exception {
        Throwable failure = failureOf(POOL.submit(() -> fail()));

        assertThat(failure).isInstanceOf(FileNotFoundException.class).hasMessage("gone");
        assertThat(failure.getStackTrace()[0].getMethodName()).isEqualTo("fail");
        assertThat(failure.getStackTrace())
                .anyMatch(frame -> frame.getClassName().equals(WorkerMain.class.getName()));
    }

    @Test
    void exceptionThatIsNotSerializableComesBackInWords() throws Exception {
        Throwable failure = failureOf(POOL.submit(() -> {
            throw new UnserializableException("odd", new IllegalStateException("inner"));
        }));

        assertThat(failure)
                .isInstanceOf(RemoteFailureException.class)
                .hasMessageEndingWith("UnserializableException: odd NotSerializable[value=1]")
                .hasRootCauseMessage("java.lang.IllegalStateException: inner");
        assertThat(((RemoteFailureException) failure).className()).isEqualTo(UnserializableException.class.getName());
        assertThat(failure.getStackTrace()[0].getClassName())
                .isEqualTo(getClass().getName());
        assertThat(POOL.submit(() -> "next").get()).isEqualTo("next");
    }

    private static Throwable failureOf(Future<?> future) throws InterruptedException {
        try {
            throw new AssertionError("a result: " + future.get());
        } catch (ExecutionException e) {
            return Objects.requireNonNull(e.getCause());
        }
    }

    @Test
    void argumentThatIsNotSerializableIsRejectedAtOnce() {
        var captured = new NotSerializable(1);
        SerializableCallable<Integer> call = () -> captured.value();

        assertThatExceptionOfType(RejectedExecutionException.class)
                .isThrownBy(() -> POOL.submit(call))
                .withMessageContaining("a call of " + getClass().getName() + " cannot be sent")
                .withMessageContaining(NotSerializable.class.getName() + " is not serializable")
                .withCauseInstanceOf(NotSerializableException.class);
        assertThatExceptionOfType(RejectedExecutionException.class)
                .isThrownBy(() -> CompletableFuture.runAsync(() -> {}, POOL))
                .withCauseInstanceOf(NotSerializableException.class);
    }

    @Test
    void resultThatIsNotSerializableFailsTheCallAndNamesTheClass() throws Exception {
        Future<NotSerializable> future = POOL.submit(() -> new NotSerializable(1));

        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(future::get)
                .havingCause()
                .isInstanceOf(NotSerializableException.class)
                .withMessageContaining(
                        "the result of the call cannot be sent back, because " + NotSerializable.class.getName());
        assertThat(POOL.submit(() -> "next").get()).isEqualTo("next");
    }

    @Test
    void filterOfTheOptionsDecidesWhatComesBack() throws Exception {
        ObjectInputFilter noSets = info -> info.serialClass() == HashSet.class
                ? ObjectInputFilter.Status.REJECTED
                : ObjectInputFilter.Status.UNDECIDED;
        try (var pool =
                new ProcessPool(ProcessPoolOptions.defaults().withSize(1).withResultFilter(noSets))) {
            assertThat(pool.submit(() -> new ArrayList<>(List.of(1))).get()).containsExactly(1);
            Future<HashSet<String>> set = pool.submit(() -> new HashSet<String>());

            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(set::get)
                    .withCauseInstanceOf(InvalidClassException.class);
            assertThat(pool.submit(() -> "next").get()).isEqualTo("next");
        }
    }

    @Test
    void invokeAllHandsBackDoneFutures() throws Exception {
        SerializableCallable<String> good = () -> "good";
        SerializableCallable<String> bad = () -> fail();

        List<Future<String>> futures = POOL.invokeAll(List.of(good, bad));

        assertThat(futures).extracting(Future::state).containsExactly(Future.State.SUCCESS, Future.State.FAILED);
        assertThat(POOL.invokeAll(List.of(good), 1, TimeUnit.MINUTES))
                .extracting(Future::resultNow)
                .containsExactly("good");
    }

    @Test
    void invokeAnyHandsBackTheFirstResult() throws Exception {
        SerializableCallable<String> good = () -> "good";
        SerializableCallable<String> bad = () -> fail();

        assertThat(POOL.invokeAny(List.of(bad, good))).isEqualTo("good");
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> POOL.invokeAny(List.of(bad, bad), 1, TimeUnit.MINUTES))
                .withCauseInstanceOf(FileNotFoundException.class);
    }

    @Test
    void dependentStageThatBlocksDoesNotHoldTheChild() throws Exception {
        CompletableFuture<Integer> sum =
                POOL.submit(() -> 1).thenApply(one -> one + POOL.submit(() -> 2).join());

        assertThat(sum.get()).isEqualTo(3);
    }

    /** More than fits into a pipe, so that a child which nobody listens to could not end. */
    @Test
    void handlerThatFailsIsToldOfAndDoesNotStopTheChild() throws Exception {
        var told = new AtomicInteger();
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {
            told.incrementAndGet();
            throw new IllegalStateException("this fails, too");
        });
        try (var failing =
                new ProcessPool(ProcessPoolOptions.defaults().withSize(1).withOutputHandler((pid, line) -> {
                    throw new AssertionError("unexpected: " + line);
                }))) {
            assertThat(failing.submit(() -> printLines(2_000)).get()).isEqualTo("printed");
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }

        assertThat(told).hasValueGreaterThanOrEqualTo(2_000);
    }

    private static String printLines(int lines) {
        for (int i = 0; i < lines; i++) {
            System.out.println("a line that is long enough for two thousand of them not to fit into a pipe");
        }
        return "printed";
    }
}
