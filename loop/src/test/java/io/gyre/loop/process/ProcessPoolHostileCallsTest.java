package io.gyre.loop.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.InvalidClassException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.Arrays;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Calls whose outcome is odd. Each ends clearly, and the one child outlives them all. */
class ProcessPoolHostileCallsTest {
    private static final LinkedBlockingQueue<String> OUTPUT = new LinkedBlockingQueue<>();

    private static final ProcessPool POOL = new ProcessPool(
            ProcessPoolOptions.defaults().withSize(1).withOutputHandler((pid, line) -> OUTPUT.add(line)));

    private static @Nullable Long child;

    @AfterEach
    void theSameChildServesTheNextCall() throws Exception {
        long pid = POOL.submit(() -> ProcessHandle.current().pid()).get();
        if (child == null) {
            child = pid;
        }
        assertThat(pid).isEqualTo(child);
    }

    @AfterAll
    static void close() {
        POOL.close();
    }

    /** Waits for a call, and asks for its failure in the way that does not ask that to describe itself. */
    private static Throwable failureOf(Future<?> call) throws InterruptedException {
        try {
            throw new AssertionError("a result: " + call.get());
        } catch (ExecutionException | RuntimeException failed) {
            return call.exceptionNow();
        }
    }

    // ---- what it prints

    private static int printWithoutAnEnd(int characters) {
        byte[] text = new byte[1 << 10];
        Arrays.fill(text, (byte) 'x');
        for (int left = characters; left > 0; left -= text.length) {
            System.out.write(text, 0, text.length);
        }
        System.out.flush();
        return characters;
    }

    @Test
    void outputWithoutAnEndOfLineIsHandedOnInPieces() throws Exception {
        int characters = 1 << 20;

        assertThat(POOL.submit(() -> printWithoutAnEnd(characters)).get()).isEqualTo(characters);

        for (int left = characters; left > 0; ) {
            String piece = OUTPUT.poll(8, TimeUnit.SECONDS);
            assertThat(piece).matches("x+").hasSizeLessThanOrEqualTo(OutputPump.MAX_LINE_CHARS);
            left -= piece.length();
        }
    }

    @Test
    void programThatInheritsTheOutputForgesNoAnswer() throws Exception {
        int status = POOL.submit(() -> new ProcessBuilder("sh", "-c", "printf '\\260\\261\\0\\0\\0\\0'; echo printed")
                        .inheritIO()
                        .start()
                        .waitFor())
                .get();

        assertThat(status).isZero();
        assertThat(OUTPUT.poll(8, TimeUnit.SECONDS)).endsWith("printed");
    }

    // ---- causes that go round in rings

    private static String failByStar() {
        var primary = new IllegalStateException("query failed");
        for (int i = 0; i < 8; i++) {
            primary.addSuppressed(new RuntimeException("cannot roll back " + i, primary));
        }
        throw primary;
    }

    @Test
    void suppressedExceptionsThatNameWhatSuppressesThemArriveAsTheyAre() throws Exception {
        Throwable failure = failureOf(POOL.submit(() -> failByStar()));

        assertThat(failure).isInstanceOf(IllegalStateException.class).hasMessage("query failed");
        assertThat(failure.getSuppressed()).hasSize(8).allSatisfy(suppressed -> assertThat(suppressed.getCause())
                .isSameAs(failure));
    }

    /** Not serializable, and in a ring. */
    private static final class PayloadException extends RuntimeException {
        private static final long serialVersionUID = 1;

        @SuppressWarnings("serial") // that is its purpose
        private final Object payload = Thread.currentThread();

        PayloadException(String message) {
            super(message);
        }

        @Override
        public String getMessage() {
            return super.getMessage() + " in " + ((Thread) payload).getName();
        }
    }

    private static String failByRing() {
        var outer = new PayloadException("outer");
        outer.initCause(new IllegalStateException("inner", outer));
        throw outer;
    }

    @Test
    void ringThatCannotBeSentIsDescribed() throws Exception {
        Throwable failure = failureOf(POOL.submit(() -> failByRing()));

        assertThat(failure)
                .isInstanceOf(RemoteFailureException.class)
                .hasMessage(PayloadException.class.getName() + ": outer in main")
                .hasCauseInstanceOf(RemoteFailureException.class);
        assertThat(failure.getCause())
                .hasMessage("java.lang.IllegalStateException: inner")
                .hasNoCause();
    }

    private static String failByChain() {
        var chain = new RuntimeException("the first");
        for (int i = 0; i < 20_000; i++) {
            chain = new RuntimeException("wrapped", chain);
        }
        throw chain;
    }

    @Test
    void chainThatIsTooLongToBeSentIsDescribed() throws Exception {
        Throwable failure = failureOf(POOL.submit(() -> failByChain()));

        assertThat(failure)
                .isInstanceOf(RemoteFailureException.class)
                .hasMessage("java.lang.RuntimeException: wrapped")
                .hasCauseInstanceOf(RemoteFailureException.class);
    }

    // ---- exceptions that mean something to futures

    private static String failByCompletion() {
        throw new CompletionException("mine", new IOException("inner"));
    }

    private static String failByCancellation() {
        throw new CancellationException("mine");
    }

    @Test
    void completionExceptionArrivesAsItIs() throws Exception {
        Future<String> call = POOL.submit(() -> failByCompletion());

        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(call::get)
                .havingCause()
                .isInstanceOf(CompletionException.class)
                .withMessage("mine")
                .havingCause()
                .isInstanceOf(IOException.class)
                .withMessage("inner");
    }

    @Test
    void cancellationExceptionArrivesAsAFailureAndDoesNotCancelTheFuture() throws Exception {
        Future<String> call = POOL.submit(() -> failByCancellation());

        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(call::get)
                .havingCause()
                .isInstanceOf(CancellationException.class)
                .withMessage("mine");
        assertThat(call.isCancelled()).isFalse();
        assertThat(call.state()).isEqualTo(Future.State.FAILED);
    }

    // ---- exceptions that cannot be described, sent or read

    private static final class SpeechlessException extends RuntimeException {
        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new IllegalStateException("in getMessage");
        }
    }

    private static String failSpeechless() {
        throw new SpeechlessException();
    }

    @Test
    void exceptionWhoseMessageThrowsArrivesAsItIs() throws Exception {
        assertThat(failureOf(POOL.submit(() -> failSpeechless()))).isInstanceOf(SpeechlessException.class);
    }

    private static final class UnwritableException extends RuntimeException {
        private static final long serialVersionUID = 1;

        UnwritableException(String message) {
            super(message);
        }

        @SuppressWarnings("unused") // by serialization
        private void writeObject(ObjectOutputStream out) {
            throw new AssertionError("in writeObject");
        }
    }

    private static String failUnwritable() {
        throw new UnwritableException("cannot be sent");
    }

    @Test
    void exceptionThatFailsToBeWrittenIsDescribed() throws Exception {
        assertThat(failureOf(POOL.submit(() -> failUnwritable())))
                .isInstanceOf(RemoteFailureException.class)
                .hasMessage(UnwritableException.class.getName() + ": cannot be sent");
    }

    private static final class UnreadableException extends RuntimeException {
        private static final long serialVersionUID = 1;

        UnreadableException(String message) {
            super(message);
        }

        @SuppressWarnings("unused") // by serialization
        private void readObject(ObjectInputStream in) {
            throw new AssertionError("in readObject");
        }
    }

    private static String failUnreadable() {
        throw new UnreadableException("cannot be read");
    }

    @Test
    void exceptionThatFailsToBeReadIsDescribed() throws Exception {
        assertThat(failureOf(POOL.submit(() -> failUnreadable())))
                .isInstanceOf(RemoteFailureException.class)
                .hasMessage(UnreadableException.class.getName() + ": cannot be read");
    }

    @Test
    void resultThatFailsToBeReadFailsTheCall() throws Exception {
        assertThat(failureOf(POOL.submit(() -> new UnreadableException("as a result"))))
                .isInstanceOf(AssertionError.class)
                .hasMessage("in readObject");
    }

    // ---- what is not accepted by default

    private static ObjectName managed() throws Exception {
        return new ObjectName("gyre:type=Test");
    }

    private static String failManaged() throws Exception {
        throw new IllegalStateException("managed", new javax.management.JMException("inner"));
    }

    @Test
    void resultOfAClassThatCallsOthersWhenItIsReadIsRefused() throws Exception {
        assertThat(failureOf(POOL.submit(() -> managed())))
                .isInstanceOf(InvalidClassException.class)
                .hasMessageContaining("REJECTED");
    }

    @Test
    void exceptionWithSuchAClassIsDescribed() throws Exception {
        Throwable failure = failureOf(POOL.submit(() -> failManaged()));

        assertThat(failure)
                .isInstanceOf(RemoteFailureException.class)
                .hasMessage("java.lang.IllegalStateException: managed");
        assertThat(failure.getCause()).hasMessage("javax.management.JMException: inner");
    }

    @Test
    void filterOfTheUserTakesThePlaceOfTheDefault() throws Exception {
        try (var trusting =
                new ProcessPool(ProcessPoolOptions.defaults().withSize(1).withResultFilter(null))) {
            assertThat(trusting.submit(() -> managed()).get()).isEqualTo(managed());
        }
    }
}
