/** asyncio for the JVM: tasks, timers and socket readiness on one thread, one Selector and one ready queue. */
module io.gyre.loop {
    requires java.management;
    requires static transitive org.jspecify;
    requires static org.junit.jupiter.api;

    exports io.gyre.loop;
    exports io.gyre.loop.dump;
    exports io.gyre.loop.process;
    exports io.gyre.loop.spi;
    exports io.gyre.loop.sync;
    exports io.gyre.loop.testing;

    opens io.gyre.loop.testing to
            org.junit.platform.commons;
}
