package io.gyre.loop;

import java.io.IOException;
import java.nio.channels.Pipe;
import java.util.concurrent.CountDownLatch;

/**
 * A program that waits for a channel and for ever. It prints a line each time its watchdog has fallen asleep. A line of
 * its input begins a long callback, the next ends it.
 */
final class IdleProgram {
    /** Of the thread that drives the loop; the system shows fifteen characters. */
    static final String LOOP_THREAD = "the-idle-loop";

    static final String ASLEEP = "the watchdog sleeps";

    private IdleProgram() {}

    public static void main(String[] arguments) throws Exception {
        Pipe pipe = Pipe.open();
        pipe.source().configureBlocking(false);
        EventLoop loop = EventLoop.create();
        Thread.ofPlatform()
                .name(LOOP_THREAD)
                .start(() -> loop.runUntilComplete(() -> {
                    Async.createTask(() -> LowLevel.awaitReadable(pipe.source()));
                    Async.sleepForever();
                }));
        while (true) {
            while (!Watchdog.isDozing()) {
                Thread.onSpinWait();
            }
            System.out.println(ASLEEP);
            work(loop);
        }
    }

    private static void work(EventLoop loop) throws IOException, InterruptedException {
        awaitLine();
        var isOver = new CountDownLatch(1);
        var hasEnded = new CountDownLatch(1);
        loop.callSoonThreadsafe(() -> {
            while (isOver.getCount() > 0) {
                Thread.onSpinWait();
            }
            hasEnded.countDown();
        });
        awaitLine();
        isOver.countDown();
        hasEnded.await();
    }

    private static void awaitLine() throws IOException {
        int read = System.in.read();
        while (read >= 0 && read != '\n') {
            read = System.in.read();
        }
    }
}
