package io.gyre.loop.internal.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DescribeTest {
    private record Named(@Nullable String name) {
        @Override
        @SuppressWarnings("NullAway") // which is the point
        public String toString() {
            return name;
        }
    }

    private static final class Failing {
        @Override
        public String toString() {
            throw new IllegalStateException("in toString");
        }
    }

    private static final class Endless {
        @Override
        @SuppressWarnings("InfiniteRecursion") // which is the point
        public String toString() {
            return "an " + this;
        }
    }

    private static final class SilentException extends Exception {
        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new IllegalStateException("in getMessage");
        }
    }

    static Stream<Object> hostile() {
        return Stream.of(
                new Failing(), new Endless(), new Named(null), new Named("x".repeat(1_000_000)), new SilentException());
    }

    @Test
    void objectIsCalledWhatItCallsItself() {
        assertThat(Describe.object(new Named("the queue"))).isEqualTo("the queue");
        assertThat(Describe.object(null)).isEqualTo("null");
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void hostileObjectIsDescribedAllTheSame(Object hostile) {
        assertThat(Describe.object(hostile)).isNotBlank().hasSizeLessThan(Describe.MAX_CHARS + 50);
    }

    @Test
    void objectThatFailsIsDescribedByItsClassAndItsFailure() {
        assertThat(Describe.object(new Failing()))
                .isEqualTo(Failing.class.getName() + " (whose toString failed with java.lang.IllegalStateException)");
        assertThat(Describe.object(new Named(null)))
                .isEqualTo(Named.class.getName() + " (whose toString returned null)");
        assertThat(Describe.message(new SilentException()))
                .isEqualTo(SilentException.class.getName()
                        + " (whose getMessage failed with java.lang.IllegalStateException)");
    }

    @Test
    void messageThatThereIsNotIsTheNameOfTheClass() {
        assertThat(Describe.message(new Exception())).isEqualTo("java.lang.Exception");
        assertThat(Describe.message(new Exception("boom"))).isEqualTo("boom");
    }

    static Stream<Arguments> texts() {
        return Stream.of(
                arguments("plain text, äöü, 漢字, \uD83D\uDE00", "plain text, äöü, 漢字, \uD83D\uDE00"),
                arguments("two\nlines\r\n", "two\\nlines\\r\\n"),
                arguments("bell\u0007 and escape\u001b[31m", "bell\\u0007 and escape\\u001b[31m"),
                arguments("C1\u009b31m", "C1\\u009b31m"),
                arguments("next line\u0085, separators\u2028\u2029", "next line\\u0085, separators\\u2028\\u2029"),
                arguments("turned\u202e round\u2066", "turned\\u202e round\\u2066"),
                arguments("half a pair \uD83D", "half a pair \\ud83d"),
                arguments("the other half \uDE00", "the other half \\ude00"));
    }

    @ParameterizedTest
    @MethodSource("texts")
    void lineHasNothingThatForgesOrGarbles(String text, String line) {
        assertThat(Describe.line(text)).isEqualTo(line);
    }

    @Test
    void wholeLineIsEscapedAndNotCut() {
        String longText = "x".repeat(5_000);

        assertThat(Describe.wholeLine(longText + "\u001b\n")).isEqualTo(longText + "\\u001b\\n");
    }

    @Test
    void longTextIsCutAndItsLengthTold() {
        assertThat(Describe.line("x".repeat(5_000)))
                .startsWith("x".repeat(Describe.MAX_CHARS))
                .endsWith("x... (5000 characters)");
    }
}
