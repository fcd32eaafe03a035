package io.gyre.bench.echo;

import io.gyre.bench.load.Sample;
import java.util.function.ToDoubleFunction;

/** A figure that servers are compared by. */
public enum Metric {
    CPU(Sample::cpuMicros),
    USER(Sample::userMicros),
    THROUGHPUT(Sample::messagesPerSecond),
    P50(Sample::p50Micros),
    P99(Sample::p99Micros),
    P999(Sample::p999Micros),
    ALLOCATED(sample -> sample.allocatedBytes() == null ? Double.NaN : sample.allocatedBytes()),
    COLLECTIONS(sample -> sample.collections() == null ? Double.NaN : sample.collections()),
    SERVER_BUSY(Sample::serverBusy),
    GENERATOR_BUSY(Sample::generatorBusy),
    LAG(Sample::lagMicros);

    @SuppressWarnings("ImmutableEnumChecker") // none of the functions above has a state
    private final ToDoubleFunction<Sample> figure;

    Metric(ToDoubleFunction<Sample> figure) {
        this.figure = figure;
    }

    /** {@return whether a moment's disturbance decides the figure of a whole round} */
    boolean isTail() {
        return this == P999;
    }

    public double of(Sample sample) {
        return figure.applyAsDouble(sample);
    }
}
