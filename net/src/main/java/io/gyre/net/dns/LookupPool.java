package io.gyre.net.dns;

import io.gyre.loop.Async;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopClosedException;
import io.gyre.loop.LoopLocal;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The threads that look up a loop's host and service names. Daemons: they never keep the process alive. */
final class LookupPool {
    /*
     * Design.
     *
     * Separate from the threads for other offloaded calls: a few slow name servers would keep those calls from running,
     * and a few slow calls would look like a dead name server (https://github.com/python/cpython/issues/112169).
     *
     * The system's resolver ignores interrupts, so a look-up without waiters is left to finish, and closing the loop
     * does not wait for these threads. Idle threads end after a while.
     *
     * A name whose servers are dead holds a thread for as long as the system tries, so each name gets at most one
     * thread: a look-up that has begun stays in `running` until it ends, even without waiters, and callers with the
     * same question join it. A look-up that has not begun when its last waiter leaves never begins. There are more
     * threads than dead names that a program asks for at a time; beyond that, look-ups wait in order.
     */

    /** This many names may be dead at once before others wait. A thread blocked in the system takes some 100 KiB. */
    private static final int MAX_THREADS = 256;

    private static final int KEEP_ALIVE_SECONDS = 10;

    private static final Duration PAUSE_WITHOUT_MEMORY = Duration.ofMillis(10);

    private static final LoopLocal<LookupPool> OF_LOOP = LoopLocal.withInitial(LookupPool::new);

    private final EventLoop loop = EventLoop.current();
    private final Threads threads;
    private final Map<Object, Lookup<?>> running = new HashMap<>();

    private LookupPool() {
        this(MAX_THREADS);
    }

    /** Creates a pool separate from the loop's own, and smaller. */
    LookupPool(int maxThreads) {
        threads = new Threads(maxThreads);
    }

    /** {@return the current loop's pool} */
    static LookupPool ofLoop() {
        return OF_LOOP.get();
    }

    /** Looks up a host name. Suspends until the system has answered; cancellation ends the wait at once. */
    static InetAddress[] lookUp(String host) throws IOException {
        return ofLoop().ask(host, () -> InetAddress.getAllByName(host));
    }

    /** Looks up the name of an address; returns the address in digits if it has none. Suspends like {@link #lookUp}. */
    static String nameOf(InetAddress address) throws IOException {
        return ofLoop().ask(address, () -> address.getCanonicalHostName());
    }

    /** Answers a question with a system call, or with the call already running for the same question. Suspends. */
    @SuppressWarnings("unchecked") // the question determines the type of the answer
    <T> T ask(Object question, Callable<T> call) throws IOException {
        Lookup<T> present = (Lookup<T>) running.computeIfAbsent(question, key -> new Lookup<>(question, call));
        return present.await();
    }

    /** {@return how many questions the system has not answered yet} */
    int runningQuestions() {
        return running.size();
    }

    /** One question to the system. Lives on the loop, except for the call itself. */
    private final class Lookup<T> {
        private final Object question;
        private final CompletableFuture<T> answer = new CompletableFuture<>();
        private final Runnable body;
        private int waiters;

        Lookup(Object question, Callable<T> call) {
            this.question = question;
            this.body = () -> {
                T found;
                try {
                    found = call.call();
                } catch (Throwable failure) {
                    end(() -> answer.completeExceptionally(failure));
                    return;
                }
                end(() -> answer.complete(found));
            };
            threads.execute(body);
        }

        /** In the look-up's thread: out of memory, the answer is delivered later. New callers start a new look-up. */
        private void end(Runnable tell) {
            for (; ; ) {
                try {
                    loop.callSoonThreadsafe(() -> {
                        running.remove(question, this);
                        tell.run();
                    });
                    return;
                } catch (LoopClosedException closed) {
                    return; // no waiters are left
                } catch (OutOfMemoryError e) {
                    pause();
                }
            }
        }

        private static void pause() {
            try {
                Thread.sleep(PAUSE_WITHOUT_MEMORY);
            } catch (InterruptedException e) {
                // nothing interrupts this thread
            }
        }

        T await() throws IOException {
            waiters++;
            try {
                return Async.await(answer);
            } catch (CompletionException failed) {
                if (failed.getCause() instanceof IOException failure) {
                    throw failure;
                }
                throw failed;
            } finally {
                waiters--;
                // A queue that gives the look-up back has not begun it, and never will.
                if (waiters == 0 && threads.getQueue().remove(body)) {
                    running.remove(question, this);
                }
            }
        }
    }

    private static final class Threads extends ThreadPoolExecutor {
        Threads(int max) {
            super(
                    max,
                    max,
                    KEEP_ALIVE_SECONDS,
                    TimeUnit.SECONDS,
                    new LinkedBlockingQueue<>(),
                    Thread.ofPlatform().daemon().name("gyre-lookup-", 1).factory());
            allowCoreThreadTimeOut(true);
        }

        /** If no further thread can be started, the look-up waits for an existing one. */
        @Override
        public void execute(Runnable lookup) {
            try {
                super.execute(lookup);
            } catch (OutOfMemoryError noThread) {
                getQueue().add(lookup);
                if (getPoolSize() == 0 && remove(lookup)) {
                    throw noThread;
                }
            }
        }
    }
}
