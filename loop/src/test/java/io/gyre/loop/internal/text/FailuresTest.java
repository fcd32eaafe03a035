package io.gyre.loop.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FailuresTest {
    private static Exception ring() {
        var outer = new RuntimeException("outer");
        var inner = new RuntimeException("inner");
        outer.initCause(inner);
        inner.initCause(outer);
        return outer;
    }

    private static Exception chain(int length) {
        Exception chain = new IOException("the first");
        for (int i = 1; i < length; i++) {
            chain = new IllegalStateException("number " + i, chain);
        }
        return chain;
    }

    /** A transaction whose resources cannot be rolled back: each suppressed exception names the first as its cause. */
    private static Exception star(int rays) {
        var primary = new IllegalStateException("query failed");
        for (int i = 0; i < rays; i++) {
            primary.addSuppressed(new RuntimeException("cannot roll back " + i, primary));
        }
        return primary;
    }

    private static final class HostileException extends Exception {
        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new IllegalStateException("in getMessage");
        }

        @Override
        public synchronized Throwable getCause() {
            throw new IllegalStateException("in getCause");
        }

        @Override
        public StackTraceElement[] getStackTrace() {
            throw new IllegalStateException("in getStackTrace");
        }
    }

    private static String printed(Throwable failure) {
        var text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    @Test
    void causesComeOutermostFirst() {
        assertThat(Failures.causes(chain(3)))
                .extracting(Throwable::getMessage)
                .containsExactly("number 2", "number 1", "the first");
    }

    @Test
    void walkOverCausesEnds() {
        assertThat(Failures.causes(ring())).hasSize(Failures.MAX_CAUSES);
        assertThat(Failures.causes(chain(100_000))).hasSize(Failures.MAX_CAUSES);
        assertThat(Failures.causes(new HostileException())).hasSize(1);
    }

    @Test
    void exceptionThatCanBePrintedIsPrintedAsItIs() {
        Exception chain = chain(3);
        Exception ring = ring();

        assertThat(Failures.printable(chain)).isSameAs(chain);
        assertThat(Failures.printable(ring)).isSameAs(ring);
    }

    @Test
    void exceptionThatCannotBePrintedIsReplacedByOneThatSaysTheSame() {
        Throwable printable = Failures.printable(new IllegalStateException("wrapped", new HostileException()));

        assertThat(printed(printable))
                .startsWith("java.lang.IllegalStateException: wrapped")
                .contains("FailuresTest.exceptionThatCannotBePrinted")
                .contains("Caused by: " + HostileException.class.getName() + " (whose toString failed with");
    }

    @Test
    void chainThatIsTooLongToBePrintedIsCut() {
        assertThat(printed(Failures.printable(chain(100_000))))
                .contains("number 99999")
                .hasSizeLessThan(100_000);
    }

    @Test
    void exceptionThatGarblesATerminalIsReplacedByOneThatDoesNot() {
        var garbling = new IllegalStateException("wrapped", new IOException("clear \u001b[2J, red \u009b31m, \u202e"));

        assertThat(printed(Failures.printable(garbling)))
                .startsWith("java.lang.IllegalStateException: wrapped")
                .contains("Caused by: java.io.IOException: clear \\u001b[2J, red \\u009b31m, \\u202e");
    }

    @Test
    void exceptionOfSeveralLinesInAnyLanguageIsPrintedAsItIs() {
        var legible = new IllegalStateException("two lines,\n\tone of them indented: äöü, 漢字, \uD83D\uDE00");

        assertThat(Failures.printable(legible)).isSameAs(legible);
    }

    @Test
    void copyHasEachExceptionOnce() {
        var copies = new AtomicInteger();

        Exception copy = Failures.copy(star(8), original -> {
            copies.incrementAndGet();
            return new Exception(original.getMessage());
        });

        assertThat(copies).hasValue(9);
        assertThat(copy).hasMessage("query failed");
        assertThat(copy.getSuppressed()).hasSize(8);
    }

    @Test
    void copyOfManyIsBounded() {
        var copies = new AtomicInteger();

        Failures.copy(star(10_000), original -> {
            copies.incrementAndGet();
            return new Exception(original.getMessage());
        });

        assertThat(copies).hasValue(Failures.MAX_COPIES);
    }

    @Test
    void exceptionThatLivesLongCollectsOnlySome() {
        var constant = new IllegalStateException("the same each time");

        for (int i = 0; i < 1_000; i++) {
            Failures.suppress(constant, new IOException("number " + i));
        }
        Failures.suppress(constant, constant);

        assertThat(constant.getSuppressed()).hasSize(Failures.MAX_SUPPRESSED);
    }
}
