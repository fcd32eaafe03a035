package io.gyre.loop.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A JUnit test that runs as the main task of a fresh loop, by default on a {@link VirtualClock} that jumps.
 *
 * {@snippet :
 * @LoopTest
 * void timeoutStrikesAfterAMinute(VirtualClock clock) {
 *     assertThatThrownBy(() -> client.ask()).isInstanceOf(TimeoutException.class);
 *     assertThat(clock.elapsed()).isEqualTo(Duration.ofMinutes(1));
 * }
 * }
 *
 * <p>The method may have parameters of the types {@link io.gyre.loop.EventLoop} and {@link VirtualClock}, and so may
 * the {@code BeforeEach} and {@code AfterEach} methods. These run outside the loop: before it starts and after it is
 * closed. An exception of the method fails the test unchanged.
 *
 * <p>It also fails
 *
 * <ul>
 *   <li>if it has not ended within {@link #timeoutMillis()}, with a dump of all tasks: what each waits for, its stack,
 *       and where it was created; not under a debugger
 *   <li>if something on the loop failed and the failure was not observed
 *   <li>if a task is left at the end that was not declared with {@link LoopTesting#background}; ready tasks still run
 *       until they park
 *   <li>if an offloaded call that nobody awaits, because its task was cancelled for example, still runs 2 s after the test
 *       ({@link LoopTesting#assertOffloadIdle}), wherever it runs
 *   <li>if a task or an offloaded call does not react to its cancellation within 2 s after the test
 * </ul>
 *
 * <p>With {@link #seeds()} or {@link #seed()} the test runs once for each seed, and its tasks take turns in a random
 * order. A failure becomes the cause of an {@link AssertionError} that names the seed.
 *
 * <p>Do not combine it with {@code Test} or another template such as {@code ParameterizedTest}.
 *
 * <p><b>Source:</b> {@code pytest-trio}, Kotlin {@code runTest}.
 */
@Documented
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@ExtendWith(LoopTestInvocations.class)
@SuppressWarnings("exports") // JUnit is an optional dependency, which tests have anyway; only JUnit uses the extension
public @interface LoopTest {
    /** The clock of the loop. */
    enum Time {
        /** {@link VirtualClock#autojump()}. */
        AUTOJUMP,
        /** {@link VirtualClock#autojumpDespiteIo()}. */
        AUTOJUMP_DESPITE_IO,
        /** {@link VirtualClock#manual()}. */
        MANUAL,
        /** The system's clock. There is no {@link VirtualClock} to inject. */
        REAL
    }

    /** {@return which clock the loop has} */
    Time time() default Time.AUTOJUMP;

    /** {@return how long the test may take, in milliseconds of real time} */
    long timeoutMillis() default 10_000;

    /**
     * {@return how often to run the test, each time in another random order; zero to run it once, first come, first
     * served}
     */
    int seeds() default 0;

    /** {@return the seeds to run the test with, in place of random ones; a failure names its seed} */
    long[] seed() default {};
}
