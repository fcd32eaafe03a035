package io.gyre.net.testing;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.gyre.loop.BusyException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.Task;
import io.gyre.loop.WrongLoopException;
import io.gyre.net.testing.ByteStreamContract.Trait;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.function.Executable;

/** Who may use a stream: one reader and one writer at a time, on one loop. */
abstract class SharingRules extends EndingRules {
    @StreamRule
    void secondReaderIsToldWhoTheFirstIs() throws Exception {
        connected((left, right) -> {
            Task<byte[]> first = createTask("the first", () -> right.readExactly(3));
            awaitAllTasksParked();

            for (ReadingCall call : ReadingCall.all()) {
                var busy = failure(BusyException.class, createTask("the second", () -> call.on(right)));
                assertTells(busy, "'the first'");
                assertTells(busy, "'the second'");
            }

            sending(left, "abc").await();
            assertText("abc", first.await());
        });
    }

    @StreamRule
    void secondWriterIsToldWhoTheFirstIs() throws Exception {
        connected((left, right) -> {
            Flood flood = Flood.into(left);
            if (has(Trait.BACK_PRESSURE)) {
                ByteBuffer buffer = ByteBuffer.allocate(1);
                requireBusy(() -> left.write(buffer));
                requireBusy(() -> left.write(buffer, ByteBuffer.allocate(1)));
                requireBusy(() -> left.writeBuffered(buffer));
                requireBusy(left::flush);
                requireBusy(left::closeOutput);
                assertEquals(0, buffer.position());
            }

            int sent = flood.stop();
            assertKnown(right, sent);
            Task<?> sender = sending(left, "abc");
            assertText("abc", right.readExactly(3));
            sender.await();
        });
    }

    private static void requireBusy(Executable call) {
        assertTells(assertThrows(BusyException.class, call), "'flood'");
    }

    @StreamRule
    void streamOfAnotherLoopIsRefusedAndStaysAsItWas() throws Exception {
        connected((left, right) -> {
            Task<byte[]> reader = createTask(() -> right.readExactly(3));
            awaitAllTasksParked();

            EventLoop.run(() -> {
                for (ReadingCall call : ReadingCall.all()) {
                    requireWrongLoop(() -> call.on(right));
                }
                ByteBuffer buffer = ByteBuffer.allocate(1);
                requireWrongLoop(() -> left.write(buffer));
                requireWrongLoop(() -> left.write(buffer, ByteBuffer.allocate(1)));
                requireWrongLoop(() -> left.writeBuffered(buffer));
                requireWrongLoop(left::flush);
                requireWrongLoop(left::closeOutput);
                requireWrongLoop(left::close);
                assertEquals(0, buffer.position());
            });

            sending(left, "abc").await();
            assertText("abc", reader.await());
        });
    }

    private static void requireWrongLoop(Executable call) {
        assertTells(assertThrows(WrongLoopException.class, call), "EventLoop[loop-test]");
    }
}
