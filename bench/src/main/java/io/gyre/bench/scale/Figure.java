package io.gyre.bench.scale;

/** The names of what a point may tell. */
public final class Figure {
    /** Nanoseconds for an operation. */
    public static final String NANOS = "nanos";
    /** The share of time in which garbage was collected. */
    public static final String COLLECTING = "collecting";
    /** Microseconds of the server's processor time for a message. */
    public static final String CPU_MICROS = "cpuMicros";
    /** Messages a second. */
    public static final String THROUGHPUT = "messagesPerSecond";
    /** How many cores the server kept busy. */
    public static final String SERVER_BUSY = "serverBusy";
    /** How many cores the load generator kept busy. */
    public static final String GENERATOR_BUSY = "generatorBusy";
    /** Bytes of heap for each. */
    public static final String HEAP_BYTES = "heapBytes";
    /** Bytes of direct buffers for each. */
    public static final String DIRECT_BYTES = "directBytes";
    /** Bytes by which the resident set has grown, for each. */
    public static final String RESIDENT_BYTES = "residentBytes";
    /** Bytes by which the proportional set has grown, for each; only if the system tells. */
    public static final String PROPORTIONAL_BYTES = "proportionalBytes";

    private Figure() {}
}
