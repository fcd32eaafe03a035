package io.gyre.bench.loop;

import io.gyre.bench.MicroBenchmark;
import io.gyre.loop.EventLoop;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** A benchmark of one loop that the JMH thread drives: one run of the loop is one invocation of many operations. */
public abstract class LoopBenchmark extends MicroBenchmark {
    /** The loop, open and not running. */
    public EventLoop loop;

    @Setup
    public void open() {
        loop = EventLoop.create();
    }

    @TearDown
    public void close() {
        loop.close();
    }
}
