package io.gyre.net.testing;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.EventLoop;
import io.gyre.loop.Task;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;

/** Sending a file, of which the peer has taken a part while the call waits. */
final class SendFileScenario extends StreamScenario {
    private final Path path;
    private final FileChannel file;
    private final int length;
    private int before;
    private int count;

    SendFileScenario(StreamKind kind, Path path, FileChannel file, int length) {
        super(kind);
        this.path = path;
        this.file = file;
        this.length = length;
    }

    @Override
    void arrange(Moment moment) throws Exception {
        super.arrange(moment);
        boolean isLast = moment == Moment.COMPLETING;
        before = isLast ? Flood.into(left()).stop() : 0;
        count = isLast ? 10 : length;
    }

    @Override
    Object call() throws Exception {
        left().sendFile(file, 0, count);
        return this;
    }

    /** The file is read in other threads: until the call waits for the peer, or for good. */
    @Override
    void whileItWaits() throws Exception {
        Task<?> task = EventLoop.current().tasks().stream()
                .filter(each -> each.name().equals("the call"))
                .findAny()
                .orElseThrow();
        while (!isWaitingForThePeer(task)) {
            yieldNow();
        }
    }

    private static boolean isWaitingForThePeer(Task<?> task) {
        String reason = String.valueOf(task.waitsFor());
        return reason.startsWith("writable") || reason.endsWith("to read");
    }

    @Override
    void complete() throws Exception {
        assertThat(right().readExactly(before)).isEqualTo(KnownBytes.of(before));
    }

    @Override
    String remains(Task<?> task, Moment moment) throws Exception {
        Task<?> ending = createTask(() -> left().closeOutput());
        byte[] received = right().readAll(StreamRules.PLENTY);
        ending.await();
        assertThat(received).as("of %s", path).isEqualTo(Arrays.copyOf(KnownBytes.of(count), received.length));
        if (hasReturned(task)) {
            assertThat(received).hasSize(count);
            return RETURNS;
        }
        return moment == Moment.BEFORE && received.length == 0
                ? "nothing is sent"
                : "a beginning is sent, and nobody says how much: close the stream";
    }
}
