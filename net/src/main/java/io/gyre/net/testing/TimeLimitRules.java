package io.gyre.net.testing;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.gyre.loop.Task;
import io.gyre.loop.TimeoutException;
import io.gyre.loop.testing.VirtualClock;
import io.gyre.net.ByteStream;
import io.gyre.net.testing.ByteStreamContract.Trait;
import java.io.IOException;
import java.time.Duration;

/** Time limits: what they limit, and that the stream survives them. */
abstract class TimeLimitRules extends SharingRules {
    static final Duration LIMIT = Duration.ofSeconds(10);
    static final Duration NEARLY = Duration.ofSeconds(9);

    @StreamRule
    void readTimeoutStrikesWhenThePeerIsSilent(VirtualClock clock) throws Exception {
        connected((left, right) -> {
            right.setReadTimeout(LIMIT);
            Duration begin = clock.elapsed();

            for (ReadingCall call : ReadingCall.all()) {
                assertThrows(TimeoutException.class, () -> call.on(right), call::toString);
                begin = begin.plus(LIMIT);
                assertEquals(begin, clock.elapsed(), call::toString);
            }

            Task<?> sender = sending(left, "abc");
            assertText("abc", right.readExactly(3));
            sender.await();
        });
    }

    @StreamRule
    void readTimeoutIsThatOfEachWaitAndNotOfTheWhole(VirtualClock clock) throws Exception {
        connected((left, right) -> {
            right.setReadTimeout(LIMIT);
            Duration begin = clock.elapsed();
            Task<?> sender = createTask(() -> {
                for (int i = 0; i < 5; i++) {
                    sleep(NEARLY);
                    left.write(utf8("x"));
                }
            });

            assertText("xxxxx", right.readExactly(5));
            sender.await();
            assertEquals(begin.plus(NEARLY.multipliedBy(5)), clock.elapsed());
        });
    }

    @StreamRule
    void readTimeoutLosesNothing() throws Exception {
        connected((left, right) -> {
            right.setReadTimeout(LIMIT);
            sendingAfter(Duration.ZERO, "ab", left);
            assertThrows(TimeoutException.class, () -> right.readExactly(4));
            Task<?> sender = sending(left, "cd");

            assertText("abcd", right.readExactly(4));
            sender.await();
        });
    }

    private static void sendingAfter(Duration delay, String text, ByteStream stream) {
        createTask(() -> {
            sleep(delay);
            stream.write(utf8(text));
        });
    }

    @StreamRule
    void timeoutThatIsTakenBackDoesNotStrike() throws Exception {
        connected((left, right) -> {
            right.setReadTimeout(LIMIT);
            right.setReadTimeout(null);
            left.setWriteTimeout(LIMIT);
            left.setWriteTimeout(null);
            sendingAfter(LIMIT.multipliedBy(10), "x", left);

            assertText("x", right.readExactly(1));
        });
    }

    @StreamRule
    void timeoutThatIsNoneIsRefused() throws Exception {
        connected((left, right) -> {
            for (Duration bad : new Duration[] {Duration.ZERO, Duration.ofSeconds(-1)}) {
                assertThrows(IllegalArgumentException.class, () -> left.setReadTimeout(bad));
                assertThrows(IllegalArgumentException.class, () -> left.setWriteTimeout(bad));
            }
        });
    }

    @StreamRule
    void writeTimeoutStrikesWhenThePeerTakesNothing(VirtualClock clock) throws Exception {
        connected((left, right) -> {
            left.setWriteTimeout(LIMIT);
            Duration begin = clock.elapsed();
            Flood flood = Flood.into(left);

            if (has(Trait.BACK_PRESSURE)) {
                failure(TimeoutException.class, flood.task());
                assertEquals(begin.plus(LIMIT), clock.elapsed());
            }
            int sent = flood.sent();
            Task<?> sender = sending(left, KnownBytes.range(sent, 1000));
            assertKnown(right, sent + 1000);
            sender.await();
        });
    }

    @StreamRule
    void readingIsNotLimitedByTheWriteTimeoutNorWritingByTheReadTimeout() throws Exception {
        connected((left, right) -> {
            left.setReadTimeout(LIMIT);
            right.setWriteTimeout(LIMIT);
            Flood flood = Flood.into(left);
            sleep(LIMIT.multipliedBy(2));
            assertEquals(!has(Trait.BACK_PRESSURE), flood.task().isDone());
            assertKnown(right, flood.stop());

            Task<Integer> reader = reading(right);
            sleep(LIMIT.multipliedBy(2));

            assertFalse(reader.isDone());
            reader.cancelAndJoin("it may wait forever");
        });
    }

    @StreamRule
    void failureToSendInTimeInTheBackgroundIsThrownByTheNextCall() throws Exception {
        connected((left, right) -> {
            Flood.into(left).stop();
            left.setWriteTimeout(LIMIT);
            left.writeBuffered(KnownBytes.of(1000));

            sleep(LIMIT.multipliedBy(2));

            if (has(Trait.BACK_PRESSURE)) {
                var lost = assertThrows(IOException.class, () -> left.writeBuffered(utf8("x")));
                assertTells(lost, "1000 bytes");
                assertThrows(IOException.class, left::close);
            }
        });
    }
}
