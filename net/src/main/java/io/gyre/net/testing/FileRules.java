package io.gyre.net.testing;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.gyre.loop.Task;
import io.gyre.net.ByteStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Sending bytes of a file. */
abstract class FileRules extends BufferedWritingRules {
    /** More than two portions, and not a whole number of them. */
    private static final int BIG = 5_000_001;

    /** A rule about a file of {@link KnownBytes}. */
    @FunctionalInterface
    private interface FileRule {
        void check(FileChannel file, ByteStream left, ByteStream right) throws Exception;
    }

    private void withFile(Path directory, int length, FileRule rule) throws Exception {
        Path path = Files.write(directory.resolve("file"), KnownBytes.of(length));
        try (FileChannel file = FileChannel.open(path)) {
            connected((left, right) -> rule.check(file, left, right));
        }
    }

    @StreamRule
    void sendFileSendsARange(@TempDir Path directory) throws Exception {
        withFile(directory, 1000, (file, left, right) -> {
            Task<?> sender = createTask(() -> left.sendFile(file, 100, 500));

            assertArrayEquals(KnownBytes.range(100, 500), right.readExactly(500));
            sender.await();
            assertNothingToRead(right);
        });
    }

    @StreamRule
    void sendFileOfAnEmptyRangeSendsNothing(@TempDir Path directory) throws Exception {
        withFile(directory, 1000, (file, left, right) -> {
            left.sendFile(file, 100, 0);
            left.sendFile(file, 1000, 0);

            assertNothingToRead(right);
        });
    }

    @StreamRule
    void sendFileBeyondTheEndSendsWhatThereIsAndSaysHowMuch(@TempDir Path directory) throws Exception {
        withFile(directory, 1000, (file, left, right) -> {
            Task<?> sender = createTask(() -> left.sendFile(file, 700, 500));

            assertArrayEquals(KnownBytes.range(700, 300), right.readExactly(300));
            assertTells(failure(EOFException.class, sender), "300 of the 500 bytes");
            assertThrows(EOFException.class, () -> left.sendFile(file, 5000, 1));
            assertNothingToRead(right);
        });
    }

    @StreamRule
    void sendFileKeepsItsPlaceAmongOtherWrites(@TempDir Path directory) throws Exception {
        withFile(directory, 1000, (file, left, right) -> {
            Task<?> sender = createTask(() -> {
                left.writeBuffered(utf8("before "));
                left.sendFile(file, 0, 1000);
                left.write(utf8(" behind"));
            });

            assertText("before ", right.readExactly(7));
            assertKnown(right, 1000);
            assertText(" behind", right.readExactly(7));
            sender.await();
        });
    }

    @StreamRule
    void bigFileArrivesWholeAtASlowPeer(@TempDir Path directory) throws Exception {
        withFile(directory, BIG, (file, left, right) -> {
            Task<?> sender = createTask(() -> {
                left.sendFile(file, 0, BIG);
                left.closeOutput();
            });
            for (int i = 0; i < 10; i++) {
                awaitAllTasksParked(); // it pauses now and then
                assertArrayEquals(KnownBytes.range(i * 10_000L, 10_000), right.readExactly(10_000));
            }

            assertArrayEquals(KnownBytes.range(100_000, BIG - 100_000), right.readAll(PLENTY));
            sender.await();
        });
    }

    @StreamRule
    void sendFileThatIsCancelledHasSentABeginning(@TempDir Path directory) throws Exception {
        withFile(directory, BIG, (file, left, right) -> {
            Task<?> sender = createTask(() -> left.sendFile(file, 0, BIG));
            assertKnown(right, 100_000);
            sender.cancel("half way");
            Task<byte[]> rest = createTask(() -> right.readAll(PLENTY));
            sender.cancelAndJoin("half way");
            left.closeOutput();

            byte[] received = rest.await();
            assertArrayEquals(KnownBytes.range(100_000, received.length), received);
        });
    }

    @StreamRule
    void sendFileOfAClosedFileOrOnAClosedStreamFails(@TempDir Path directory) throws Exception {
        withFile(directory, 1000, (file, left, right) -> {
            left.close();
            assertThrows(ClosedChannelException.class, () -> left.sendFile(file, 0, 10));
            file.close();
            assertThrows(IOException.class, () -> right.sendFile(file, 0, 10));
        });
    }

    @StreamRule
    void fileThatBreaksOffLeavesTheStreamUsable(@TempDir Path directory) throws Exception {
        withFile(directory, 10, (file, left, right) -> {
            Task<?> sender = createTask(() -> {
                assertThrows(EOFException.class, () -> left.sendFile(file, 0, 100));
                left.write(utf8("on we go"));
            });

            assertArrayEquals(KnownBytes.of(10), right.readExactly(10));
            assertText("on we go", right.readExactly(8));
            sender.await();
        });
    }
}
