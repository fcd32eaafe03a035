package io.gyre.bench.process;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Which core serves and which one loads.
 *
 * @param server the number of the servers' core, or of several with commas between
 * @param generator the same for the load generator and everything else
 */
public record Cores(String server, String generator) {
    public Cores(int server, int generator) {
        this(Integer.toString(server), Integer.toString(generator));
    }

    /** {@return no core for anybody: the system chooses} */
    public static Cores any() {
        return new Cores("", "");
    }

    /** {@return the same cores, all of them for both} */
    public Cores shared() {
        String both = server + "," + generator;
        return new Cores(both, both);
    }

    public List<String> onServer(List<String> command) {
        return pinned(server, command);
    }

    public List<String> onGenerator(List<String> command) {
        return pinned(generator, command);
    }

    public static void checkPinning(Tools tools) throws IOException {
        if (tools.find("taskset").isEmpty()) {
            throw new IOException("There is no taskset on the PATH, to pin processes to a core. Install util-linux.");
        }
    }

    /** Moves this JVM to the generator's core, so that it does not get in the way of a server. */
    public void pinThisProcess() throws IOException {
        String pid = Long.toString(ProcessHandle.current().pid());
        if (Tools.output("taskset", "-acp", generator, pid).isEmpty()) {
            throw new IOException("Core " + generator + " cannot be had for the load generator. See --generator-core.");
        }
    }

    private static List<String> pinned(String core, List<String> command) {
        if (core.isEmpty()) {
            return command;
        }
        var pinned = new ArrayList<>(List.of("taskset", "-c", core));
        pinned.addAll(command);
        return List.copyOf(pinned);
    }
}
