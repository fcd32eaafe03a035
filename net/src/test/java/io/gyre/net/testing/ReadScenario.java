package io.gyre.net.testing;

import static io.gyre.loop.Async.createTask;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.Task;
import java.util.Arrays;

/** A call that reads {@link ReadingCall#MESSAGE}, a part of which comes while it waits. */
final class ReadScenario extends StreamScenario {
    private static final byte[] MESSAGE = ReadingCall.MESSAGE;

    private final ReadingCall reading;
    private int sent;

    ReadScenario(StreamKind kind, ReadingCall reading) {
        super(kind);
        this.reading = reading;
    }

    @Override
    Object call() throws Exception {
        return reading.on(right());
    }

    @Override
    void whileItWaits() throws Exception {
        if (reading.waitsForAll()) {
            send(ReadingCall.CUT);
        }
    }

    @Override
    void complete() throws Exception {
        send(MESSAGE.length);
        if (reading.needsTheEnd()) {
            left().closeOutput();
        }
    }

    private void send(int upTo) throws Exception {
        left().write(Arrays.copyOfRange(MESSAGE, sent, upTo));
        sent = upTo;
    }

    @Override
    String remains(Task<?> task, Moment moment) throws Exception {
        boolean partCame = sent > 0;
        Task<?> sender = createTask(() -> {
            if (sent < MESSAGE.length) {
                send(MESSAGE.length);
            }
            left().closeOutput();
        });
        String rest = text(right().readAll(100));
        sender.await();
        String all = text(MESSAGE);
        if (hasReturned(task)) {
            assertThat(reading.consumes() ? text((byte[]) task.resultNow()) + rest : rest)
                    .isEqualTo(all);
            return RETURNS;
        }
        String taken = text(reading.taken());
        assertThat(taken + rest).isEqualTo(all);
        if (!taken.isEmpty()) {
            return "what has come is in the buffer, and its position says how much";
        }
        return partCame ? "what has come is kept for the next read" : "nothing is taken";
    }

    private static String text(byte[] bytes) {
        return new String(bytes, US_ASCII);
    }
}
