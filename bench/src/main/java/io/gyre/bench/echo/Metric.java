package io.gyre.bench.echo;

import io.gyre.bench.load.Sample;
import java.util.function.ToDoubleFunction;

/** A figure that servers are compared by. */
public enum Metric {
    CPU("CPU per message", Sample::cpuMicros),
    USER("user", Sample::userMicros),
    THROUGHPUT("throughput", Sample::messagesPerSecond),
    P50("p50", Sample::p50Micros),
    P99("p99", Sample::p99Micros),
    P999("p99.9", Sample::p999Micros),
    ALLOCATED("allocation", sample -> sample.allocatedBytes() == null ? Double.NaN : sample.allocatedBytes()),
    COLLECTIONS("collections", sample -> sample.collections() == null ? Double.NaN : sample.collections()),
    SERVER_BUSY("server busy", Sample::serverBusy),
    GENERATOR_BUSY("generator busy", Sample::generatorBusy),
    LAG("lag", Sample::lagMicros);

    private final String label;

    @SuppressWarnings("ImmutableEnumChecker") // none of the functions above has a state
    private final ToDoubleFunction<Sample> figure;

    Metric(String label, ToDoubleFunction<Sample> figure) {
        this.label = label;
        this.figure = figure;
    }

    /** {@return its name in the report} */
    public String label() {
        return label;
    }

    /** {@return whether a moment's disturbance decides the figure of a whole round} */
    boolean isTail() {
        return this == P999;
    }

    /** {@return the figure of a sample} */
    public double of(Sample sample) {
        return figure.applyAsDouble(sample);
    }
}
