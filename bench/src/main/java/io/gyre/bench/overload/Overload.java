package io.gyre.bench.overload;

import static io.gyre.loop.Async.createTask;

import com.fasterxml.jackson.annotation.JsonAlias;
import io.gyre.bench.options.BenchCommand;
import io.gyre.bench.report.Report;
import io.gyre.bench.report.Report.Section;
import io.gyre.bench.report.RunResults;
import io.gyre.bench.report.Table;
import io.gyre.bench.report.Table.Column;
import io.gyre.loop.Async;
import io.gyre.loop.Interval;
import io.gyre.loop.LoopGroup;
import io.gyre.loop.LoopOptions;
import io.gyre.loop.LoopPortal;
import io.gyre.loop.Task;
import io.gyre.net.Admission;
import io.gyre.net.TcpServer;
import io.gyre.net.TcpStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How many answers come in time when clients ask for more than the server can compute. */
@Command(
        name = "bench/run overload",
        description = {
            "A server computes for a fixed time for each request; clients send requests at fixed times, whatever the"
                    + " server does, and count the answers that come within a deadline: without and with admission by"
                    + " lag.",
            "Server and clients have a loop and a core each, so the machine needs two idle cores."
        })
public final class Overload extends BenchCommand<Overload.Results> {
    private static final double[] LOADS = {0.5, 0.75, 1, 1.5, 2, 3};
    private static final byte DONE = 1;
    private static final byte REFUSED = 0;
    private static final int BUSY_CONNECTIONS = 100;
    private static final Duration PACE = Duration.ofMillis(1);

    @Option(names = "--work", paramLabel = "US", defaultValue = "200", description = "Computing time of a request.")
    private long workMicros;

    @Option(names = "--deadline", paramLabel = "MS", defaultValue = "100", description = "When an answer is too late.")
    private long deadlineMillis;

    @Option(names = "--target", paramLabel = "MS", defaultValue = "10", description = "The target of the lag.")
    private long targetMillis;

    @Option(names = "--connections", paramLabel = "N", defaultValue = "1000", description = "Open connections.")
    private int connections;

    @Option(names = "--seconds", paramLabel = "S", defaultValue = "5", description = "How long each load lasts.")
    private double seconds;

    public Overload() {
        super(Results.class);
    }

    /** The figures of one load, in requests each second. */
    public record Point(boolean admission, double load, long offered, long inTime, long late, long refused) {}

    @Override
    protected Results measure(Sink<Results> sink) throws IOException {
        double lasting = isQuick() ? 0.5 : seconds;
        var points = new ArrayList<Point>();
        long capacity = 0;
        for (boolean admission : new boolean[] {false, true}) {
            measure(admission, 1, 1_000_000 / workMicros, lasting); // warms up
            if (capacity == 0) {
                capacity = capacity();
            }
            for (double load : LOADS) {
                points.add(measure(admission, load, Math.round(capacity * load), lasting));
                System.err.println(points.getLast());
            }
        }
        Map<String, String> environment = environment();
        environment.put(
                "work, deadline, target", workMicros + " µs, " + deadlineMillis + " ms, " + targetMillis + " ms");
        environment.put("connections", Integer.toString(connections));
        environment.put("capacity", capacity + " requests per second, with one request on the way per connection");
        var results = new Results(started(), isQuick(), environment, points);
        sink.accept(results);
        return results;
    }

    // ---- the server

    private void serve(TcpStream stream, boolean asks, Admission admission) throws IOException {
        ByteBuffer request = ByteBuffer.allocateDirect(1);
        ByteBuffer answer = ByteBuffer.allocateDirect(1);
        while (stream.read(request.clear()) >= 0) {
            byte outcome = REFUSED;
            if (!asks || admission.admit()) {
                compute();
                outcome = DONE;
            }
            stream.write(answer.clear().put(outcome).flip());
        }
    }

    private void compute() {
        long end = System.nanoTime() + workMicros * 1000;
        while (System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
    }

    private TcpServer startServer(boolean asks) throws IOException {
        Admission admission = Admission.byLag(Duration.ofMillis(targetMillis));
        var anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        return TcpServer.serve(anyPort, stream -> serve(stream, asks, admission));
    }

    /** Both loops have a thread of their own. */
    private <T> T withServer(boolean asks, Body<T> clients) throws IOException {
        try (LoopGroup loops = LoopGroup.start(2, LoopOptions.defaults().withSlowStep(Duration.ZERO))) {
            LoopPortal serving = loops.portals().getFirst();
            TcpServer server = serving.<TcpServer, IOException>call(() -> startServer(asks));
            try {
                return loops.portals().getLast().<T, IOException>call(() -> clients.run(server.address()));
            } finally {
                serving.call(server::abort);
            }
        }
    }

    private interface Body<T> {
        T run(InetSocketAddress server) throws IOException;
    }

    // ---- the clients

    private Point measure(boolean admission, double load, long rate, double lasting) throws IOException {
        return withServer(admission, server -> {
            var clients = new Clients(rate, Duration.ofMillis(deadlineMillis));
            clients.run(server, connections, lasting);
            return clients.point(admission, load, lasting);
        });
    }

    /** {@return what the server can do, in requests per second: each of many connections always has a request on the way} */
    private long capacity() throws IOException {
        long nanos = isQuick() ? 500_000_000 : 3_000_000_000L;
        long answers = withServer(false, server -> {
            long end = System.nanoTime() + nanos;
            var clients = new ArrayList<Task<Long>>();
            for (int i = 0; i < BUSY_CONNECTIONS; i++) {
                clients.add(createTask(() -> askUntil(end, server)));
            }
            return clients.stream().mapToLong(Task::await).sum();
        });
        return answers * 1_000_000_000L / nanos;
    }

    private static long askUntil(long end, InetSocketAddress server) throws IOException {
        long answers = 0;
        try (TcpStream stream = TcpStream.connect(server)) {
            ByteBuffer one = ByteBuffer.allocateDirect(1);
            while (System.nanoTime() - end < 0) {
                stream.write(one.clear());
                answers += stream.read(one.clear());
            }
        }
        return answers;
    }

    /** Clients that send at fixed times, in turn, and count what comes back. */
    private static final class Clients {
        /** What is sent during this time does not count: it finds a server without a queue. */
        private static final long LEAD_NANOS = 1_000_000_000;

        private final long rate;
        private final long deadlineNanos;
        private final List<TcpStream> streams = new ArrayList<>();
        private final List<ArrayDeque<Long>> due = new ArrayList<>();
        private long begin;
        private long inTime;
        private long late;
        private long refused;
        private long sent;

        Clients(long rate, Duration deadline) {
            this.rate = rate;
            this.deadlineNanos = deadline.toNanos();
        }

        void run(InetSocketAddress server, int connections, double lasting) throws IOException {
            var readers = new ArrayList<Task<?>>();
            for (int i = 0; i < connections; i++) {
                TcpStream stream = TcpStream.connect(server);
                var times = new ArrayDeque<Long>();
                streams.add(stream);
                due.add(times);
                readers.add(createTask(() -> read(stream, times)));
            }
            begin = System.nanoTime() + LEAD_NANOS;
            send(Math.round(rate * lasting));
            Async.sleep(Duration.ofNanos(2 * deadlineNanos));
            for (Task<?> reader : readers) {
                reader.cancelAndJoin("the run is over");
            }
            streams.forEach(TcpStream::abort);
            due.forEach(times -> late += times.stream().filter(this::counts).count());
        }

        private boolean counts(long dueNanos) {
            return dueNanos - begin >= 0;
        }

        private void send(long requests) throws IOException {
            Interval interval = Interval.of(PACE);
            long lead = rate * LEAD_NANOS / 1_000_000_000L;
            ByteBuffer request = ByteBuffer.allocateDirect(1);
            while (sent < lead + requests) {
                for (long at = dueNanos(sent - lead);
                        sent < lead + requests && System.nanoTime() - at >= 0;
                        at = dueNanos(sent - lead)) {
                    int next = (int) (sent++ % streams.size());
                    due.get(next).add(at);
                    streams.get(next).write(request.clear());
                }
                interval.await();
            }
        }

        private long dueNanos(long request) {
            return begin + request * 1_000_000_000L / rate;
        }

        private void read(TcpStream stream, ArrayDeque<Long> times) throws IOException {
            ByteBuffer answers = ByteBuffer.allocateDirect(4096);
            while (stream.read(answers.clear()) >= 0) {
                long now = System.nanoTime();
                for (answers.flip(); answers.hasRemaining(); ) {
                    count(answers.get(), times.remove(), now);
                }
            }
        }

        private void count(byte answer, long dueNanos, long now) {
            if (!counts(dueNanos)) {
                return;
            }
            if (answer == REFUSED) {
                refused++;
            } else if (now - dueNanos <= deadlineNanos) {
                inTime++;
            } else {
                late++;
            }
        }

        Point point(boolean admission, double load, double lasting) {
            return new Point(
                    admission,
                    load,
                    rate,
                    Math.round(inTime / lasting),
                    Math.round(late / lasting),
                    Math.round(refused / lasting));
        }
    }

    // ---- the report

    public record Results(
            String started, @JsonAlias("quick") boolean isQuick, Map<String, String> environment, List<Point> points)
            implements RunResults {
        @Override
        public Report report() {
            long peak = points.stream().mapToLong(Point::inTime).max().orElseThrow();
            Function<Point, Object> goodput = point -> 100 * point.inTime() / peak + " %";
            Table table = Table.of(
                    "Answers in time",
                    "All per second. The load is a multiple of what the server can do; the goodput is the answers that"
                            + " came in time; the rest was late, or never came, or was refused.",
                    points,
                    Point::admission,
                    List.of(
                            new Column<>("admission", point -> point.admission() ? "by lag" : "none"),
                            new Column<>("load", point -> String.format(Locale.ROOT, "%.2f", point.load())),
                            new Column<>("offered", Point::offered),
                            new Column<>("goodput", Point::inTime),
                            new Column<>("of the peak", goodput),
                            new Column<>("late", Point::late),
                            new Column<>("refused", Point::refused)));
            String goodputs = points.stream()
                    .map(point ->
                            (point.admission() ? "by lag " : "none ") + point.load() + "x: " + goodput.apply(point))
                    .collect(Collectors.joining(", "));
            return Report.of(
                    "Overload",
                    this,
                    List.of("Goodput, of its peak of " + peak + " per second, by admission and load: " + goodputs),
                    List.of(Section.of("goodput", table)),
                    null);
        }
    }
}
