package io.gyre.bench.scale;

import io.gyre.bench.load.Load;
import io.gyre.bench.load.Meter;
import io.gyre.bench.process.Cores;
import io.gyre.bench.process.Workshop;
import io.gyre.bench.servers.Peer;
import io.gyre.bench.servers.ServerProcess;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Servers that stay alive from round to round. One that has failed is started anew when it is asked for again. */
final class WarmServers implements AutoCloseable {
    private final Meter meter;
    private final Load warmUp;
    private final Cores cores;
    private final Workshop workshop;
    private final Map<Peer, ServerProcess> alive = new LinkedHashMap<>();

    WarmServers(Meter meter, Load warmUp, Cores cores, Workshop workshop) {
        this.meter = meter;
        this.warmUp = warmUp;
        this.cores = cores;
        this.workshop = workshop;
    }

    /** What is done with a server. */
    interface Use<T> {
        T with(ServerProcess server) throws IOException, InterruptedException;
    }

    /** Uses a server, which is started and warmed up if need be, and rid of what an earlier use has left in its heap. */
    <T> T use(Peer peer, Use<T> use) throws IOException, InterruptedException {
        ServerProcess known = alive.get(peer);
        ServerProcess server = known != null ? known : ServerProcess.start(peer, cores, workshop);
        alive.put(peer, server);
        try {
            if (known == null) {
                meter.warmUp(server, warmUp);
            }
            server.collect();
            return use.with(server);
        } catch (IOException failure) {
            alive.remove(peer);
            IOException described = server.failed(failure);
            server.close();
            throw described;
        }
    }

    @Override
    public void close() {
        alive.values().forEach(ServerProcess::close);
        alive.clear();
    }
}
