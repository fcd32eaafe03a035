import io.gyre.loop.Async;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopFuture;
import io.gyre.loop.TimeoutException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.StructuredTaskScope;

/** What JdkStructuredTaskScopeTest runs with preview features. Prints one line for each thing that it sees. */
public class StructuredInATask {
    public static void main(String[] args) throws Exception {
        EventLoop.run(() -> {
            joinSuspendsTheTaskOnly();
            failureOfASubtaskIsThatOfTheScope();
            timeOutInterruptsTheSubtasks();
        });
    }

    /** One subtask waits for a future that only another task sets: nothing would end if join stopped the loop. */
    private static void joinSuspendsTheTaskOnly() throws Exception {
        EventLoop loop = EventLoop.current();
        LoopFuture<String> future = loop.createFuture();
        Async.createTask(() -> {
            Async.sleep(Duration.ofMillis(1));
            future.setResult("set by another task");
        });
        try (var scope = StructuredTaskScope.open()) {
            var awaiting = scope.fork(() -> future.await());
            var asking = scope.fork(() -> loop.inLoop() && EventLoop.current() == loop);
            scope.join();
            System.out.println("joined: " + awaiting.get());
            System.out.println("on the loop: " + asking.get());
        }
    }

    private static void failureOfASubtaskIsThatOfTheScope() throws Exception {
        try (var scope = StructuredTaskScope.open()) {
            scope.fork(() -> Async.sleep(Duration.ofDays(1)));
            scope.fork(() -> {
                throw new IllegalStateException("boom");
            });
            scope.join();
        } catch (Exception e) { // of another type in each form of the API
            System.out.println("failed: " + e.getCause().getMessage());
        }
    }

    private static void timeOutInterruptsTheSubtasks() throws Exception {
        try {
            Async.timeout(Duration.ofMillis(1), () -> {
                try (var scope = StructuredTaskScope.open()) {
                    scope.fork(() -> {
                        try {
                            new CountDownLatch(1).await();
                        } catch (InterruptedException e) {
                            System.out.println("subtask interrupted");
                        }
                    });
                    scope.join();
                }
            });
        } catch (TimeoutException e) {
            System.out.println("timed out");
        }
        Async.yieldNow();
        System.out.println("went on");
    }
}
