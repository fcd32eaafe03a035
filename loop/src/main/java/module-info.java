/** asyncio for the JVM: tasks, timers and socket readiness on one thread, one Selector and one ready queue. */
module io.gyre.loop {
    requires static transitive org.jspecify;

    exports io.gyre.loop;
    exports io.gyre.loop.process;
    exports io.gyre.loop.spi;
}
