package io.gyre.net;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.yieldNow;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopOptions;
import io.gyre.loop.Task;
import io.gyre.loop.VoidBody;
import io.gyre.loop.spi.Ticker;
import io.gyre.net.Admission.Statistics;
import io.gyre.net.ServerOptions.Overload;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Work is refused while the loop is late. The clock moves only when a step says that it has taken time. */
@Timeout(30)
final class AdmissionTest {
    private final Admission admission = Admission.byLag(Duration.ofMillis(10));
    private final StepTicker ticker = new StepTicker();

    private static final class StepTicker implements Ticker {
        private long nanos;

        @Override
        public long nanoTime() {
            return nanos;
        }

        /** The current step computes for so long. */
        void compute(long millis) {
            nanos += MILLISECONDS.toNanos(millis);
        }
    }

    private void run(VoidBody<Exception> body) throws Exception {
        EventLoop.run(LoopOptions.defaults().withTicker(ticker).withSlowStep(Duration.ZERO), body);
    }

    /** Two ticks: what was sent to the end of the queue has run. */
    private static void pass() {
        yieldNow();
        yieldNow();
    }

    /** Ends with a loop that is late, as measured by a probe. */
    private void beLate() {
        assertThat(admission.isLate()).isFalse();
        ticker.compute(11);
        assertThat(admission.isLate()).isTrue();
    }

    // ---- the lag

    @Test
    @Feature("Load shedding by event-loop lag")
    void workBeyondWhatTheLoopDoesInTimeIsRefusedAndTheRestIsDone() throws Exception {
        run(() -> {
            List<Boolean> answers = new ArrayList<>();
            List<Task<?>> requests = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                requests.add(createTask(() -> {
                    boolean admitted = admission.admit();
                    answers.add(admitted);
                    if (admitted) {
                        ticker.compute(1);
                    }
                }));
            }
            for (Task<?> request : requests) {
                request.await();
            }

            assertThat(answers.subList(0, 11)).as("have waited 0 to 10 ms").containsOnly(true);
            assertThat(answers.subList(11, 30)).as("have waited longer").containsOnly(false);
            assertThat(admission.statistics()).isEqualTo(new Statistics(11, 19, 1));

            pass();
            assertThat(admission.admit()).as("when the queue is short again").isTrue();
        });
    }

    @Test
    void loopIsLateUntilTheLagIsHalfTheTarget() throws Exception {
        run(() -> {
            beLate();
            for (int millis : new int[] {10, 8, 6}) {
                yieldNow(); // a probe arrives, and the next is sent
                ticker.compute(millis);
                assertThat(admission.isLate()).as("with %s ms", millis).isTrue();
            }
            yieldNow();
            assertThat(admission.lag()).isEqualTo(Duration.ofMillis(6));
            assertThat(admission.isLate()).as("6 ms is more than half").isTrue();
            ticker.compute(5);
            yieldNow();

            assertThat(admission.lag()).isEqualTo(Duration.ofMillis(5));
            assertThat(admission.isLate()).as("5 ms is half").isFalse();
        });
    }

    @Test
    void lateLoopAdmitsWorkForHalfTheTargetInEachTick() throws Exception {
        run(() -> {
            beLate();
            for (int tick = 0; tick < 100; tick++) {
                yieldNow(); // a probe arrives, and the next is sent
                assertThat(admission.admit()).as("at the beginning").isTrue();
                ticker.compute(5);
                assertThat(admission.admit()).as("after half the target").isTrue();
                ticker.compute(1);
                assertThat(admission.admit()).as("after more").isFalse();
                assertThat(admission.isLate()).isTrue();
            }
            assertThat(admission.statistics()).isEqualTo(new Statistics(200, 100, 1));
        });
    }

    @Test
    void silenceIsNotTakenForLateness() throws Exception {
        run(() -> {
            beLate();
            pass();
            ticker.compute(60_000);

            assertThat(admission.lag()).isZero();
            assertThat(admission.admit()).isTrue();
        });
    }

    @Test
    void loopThatIsInTimeAgainHasNothingLeftToRun() throws Exception {
        run(() -> {
            beLate();
            pass();
            long before = EventLoop.current().statistics().ready();

            assertThat(before).isZero();
            assertThat(EventLoop.current().statistics().timers()).isZero();
        });
    }

    @Test
    void eachLoopHasALagOfItsOwn() throws Exception {
        run(() -> {
            beLate();
            assertThat(admission.admit()).isFalse();
        });
        run(() -> {
            assertThat(admission.admit()).isTrue();
            assertThat(admission.statistics()).isEqualTo(new Statistics(1, 0, 0));
        });
    }

    @Test
    void episodeIsLoggedOnce() throws Exception {
        var lines = new ArrayList<String>();
        Logger logger = Logger.getLogger("io.gyre.net");
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord logged) {
                if (logged.getLevel().equals(Level.WARNING)) {
                    lines.add(logged.getMessage());
                }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
        try {
            run(() -> {
                for (int i = 0; i < 5; i++) {
                    beLate();
                    pass();
                }
                assertThat(lines).singleElement().asString().contains("is late", "11 ms", "10 ms", "offload");
                ticker.compute(1000);
                beLate();
                assertThat(admission.statistics().episodes()).isEqualTo(2);
                assertThat(lines).hasSize(2);
            });
        } finally {
            logger.setUseParentHandlers(true);
            logger.removeHandler(handler);
        }
    }

    // ---- servers

    private TcpServer serve(Overload whenLate) throws IOException {
        return TcpServer.serve(
                ServerOptions.defaults().withAdmission(admission, whenLate), TcpPair.loopback(), Talk::echo);
    }

    /** Keeps the loop late, by steps that take too long, until it is told to stop. */
    private Task<?> keepLate() {
        Task<?> busy = createTask("busy", () -> {
            for (; ; ) {
                boolean _ = admission.isLate();
                ticker.compute(11);
                yieldNow();
            }
        });
        while (admission.statistics().episodes() == 0) { // asks nothing, so that the probe is sent by the busy task
            yieldNow();
        }
        return busy;
    }

    @Test
    void serverThatShedsResetsNewConnectionsWhileTheLoopIsLateAndServesTheOldOnes() throws Exception {
        run(() -> {
            try (TcpServer server = serve(Overload.SHED);
                    TcpStream old = TcpStream.connect(server.address())) {
                Talk.assertEchoes(old);
                Task<?> busy = keepLate();

                assertThatThrownBy(() -> {
                            try (TcpStream stream = TcpStream.connect(server.address())) {
                                stream.readExactly(1);
                            }
                        })
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("reset");
                Talk.assertEchoes(old);
                assertThat(server.statistics().shedLate()).isEqualTo(1);
                assertThat(server.statistics().shed()).isZero();

                busy.cancelAndJoin("test");
                pass();
                try (TcpStream stream = TcpStream.connect(server.address())) {
                    Talk.assertEchoes(stream);
                }
            }
        });
    }

    @Test
    void serverThatPausesLeavesNewConnectionsToTheSystemUntilTheLoopIsInTime() throws Exception {
        run(() -> {
            try (TcpServer server = serve(Overload.PAUSE)) {
                yieldNow(); // the acceptor waits for a connection
                Task<?> busy = keepLate();

                try (TcpStream stream = TcpStream.connect(server.address())) {
                    for (int i = 0; i < 10; i++) {
                        yieldNow();
                    }
                    assertThat(server.statistics().accepted()).isZero();
                    assertThat(server.statistics().latePauses()).isEqualTo(1);

                    busy.cancelAndJoin("test");
                    Talk.assertEchoes(stream);
                    assertThat(server.statistics().shedLate()).isZero();
                }
            }
        });
    }

    @Test
    void serverThatPausesCanBeClosed() throws Exception {
        run(() -> {
            TcpServer server = serve(Overload.PAUSE);
            yieldNow();
            Task<?> busy = keepLate();
            try (TcpStream unserved = TcpStream.connect(server.address())) {
                for (int i = 0; i < 10; i++) {
                    yieldNow();
                }
                assertThat(server.statistics().latePauses()).isEqualTo(1);

                server.close();

                assertThat(server.state()).isEqualTo(ServerState.CLOSED);
                assertThat(unserved.isOpen()).isTrue();
            }
            busy.cancelAndJoin("test");
            pass();
            assertThat(EventLoop.current().statistics().tasks()).isEqualTo(1);
            assertThat(EventLoop.current().statistics().channels()).isZero();
        });
    }

    // ---- misuse

    @Test
    void targetMustBeAMillisecondOrMore() {
        for (Duration target : List.of(Duration.ZERO, Duration.ofMillis(-1), Duration.ofNanos(999_999))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Admission.byLag(target))
                    .withMessageContaining("1 ms or more");
        }
        assertThat(Admission.byLag(Duration.ofSeconds(Long.MAX_VALUE)).target()).isPositive();
    }

    @Test
    void admissionOutsideOfALoopIsRefused() {
        assertThatThrownBy(admission::admit).hasMessageContaining("loop");
    }
}
