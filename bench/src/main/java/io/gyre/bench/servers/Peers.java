package io.gyre.bench.servers;

import io.gyre.bench.process.Pythons;
import io.gyre.bench.process.Tools;
import io.gyre.bench.process.Workshop;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds and builds the servers that there are on this machine. */
public record Peers(Workshop workshop, Tools tools) {
    /**
     * The same for every server in Java. Serial collection, because each has one core. The heap is large enough that none
     * has to collect often. Without performance counters an idle JVM does not wake up twenty times a second while another
     * server is measured. The rest lets Netty use what it would use on an older JDK.
     */
    private static final List<String> JVM_OPTIONS = List.of(
            "-XX:+UseSerialGC",
            "-Xms1g",
            "-Xmx1g",
            "-XX:MaxDirectMemorySize=1g",
            "-XX:-UsePerfData",
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow");

    private static final String NO_OPENSSL = "netty-tcnative has no OpenSSL for this machine; see bench/pom.xml";

    /** {@return every server, in the order in which they run and are reported: one floor first, the other last} */
    public List<Peer> all() throws IOException, InterruptedException {
        return all(null);
    }

    /** {@return every server that speaks TLS, in the same order, with a certificate of their own} */
    public List<Peer> allOverTls() throws IOException, InterruptedException {
        return all(SelfSigned.make(workshop.directory()));
    }

    private List<Peer> all(@Nullable SelfSigned certificate) throws IOException, InterruptedException {
        List<String> options = certificate == null ? List.of() : List.of(certificate.jvmOption());
        List<String> arguments =
                certificate == null ? List.of() : List.of(certificate.pem().toString());
        var peers = new ArrayList<Peer>();
        for (JavaServer server : JavaServer.values()) {
            if (server != JavaServer.FLOOR_AGAIN && server.isCompared(certificate != null)) {
                peers.add(java(server, options));
            }
        }
        if (certificate == null) {
            peers.add(foreign(
                    "c-epoll",
                    "C epoll",
                    tools.find("gcc"),
                    "there is no gcc on the PATH; install gcc and libc6-dev",
                    gcc -> List.of(workshop.compileC(gcc, workshop.layOut("servers/echo.c"), "echo-c")
                            .toString())));
        }
        peers.add(foreign(
                "go",
                "Go",
                tools.find("go"),
                "there is no go on the PATH; install golang-go",
                go -> command(List.of("env", "GOMAXPROCS=1", inGo(go)), arguments)));
        addPython(peers, arguments);
        peers.add(java(JavaServer.FLOOR_AGAIN, options));
        return List.copyOf(peers);
    }

    private String inGo(Path go) throws IOException, InterruptedException {
        return workshop.compileGo(go, workshop.layOut("servers/echo.go"), "echo-go")
                .toString();
    }

    private void addPython(List<Peer> peers, List<String> arguments) throws IOException, InterruptedException {
        Path script = workshop.layOut("servers/echo.py");
        Pythons pythons = Pythons.of(tools);
        for (String loop : List.of("uvloop", "asyncio")) {
            boolean isUvloop = loop.equals("uvloop");
            for (String api : List.of("protocol", "streams")) {
                peers.add(foreign(
                        loop + "-" + api,
                        loop + " " + api,
                        isUvloop ? pythons.withUvloop() : pythons.any(),
                        isUvloop ? Pythons.NO_UVLOOP : Pythons.NO_PYTHON,
                        python -> command(List.of(python.toString(), script.toString(), loop, api), arguments)));
            }
        }
    }

    /** Makes the command of a server of the tool that it needs. */
    private interface Build {
        List<String> command(Path tool) throws IOException, InterruptedException;
    }

    private static Peer foreign(String id, String label, Optional<Path> tool, String whatToDo, Build build)
            throws IOException, InterruptedException {
        return tool.isEmpty() ? Peer.missing(id, label, whatToDo) : Peer.foreign(id, label, build.command(tool.get()));
    }

    private static List<String> command(List<String> words, List<String> arguments) {
        return Stream.concat(words.stream(), arguments.stream()).toList();
    }

    /** {@return one of our servers, with options of the JVM beside or instead of those that all have} */
    public static Peer java(JavaServer server, List<String> options) {
        List<String> all = command(server.jvmOptions(), options);
        return server.isMissing()
                ? Peer.missing(server.id(), server.label, NO_OPENSSL)
                : Peer.java(server.id(), server.label, jvm(all, ServerMain.class, server.id()));
    }

    /** {@return the command of a JVM of ours, with options beside or instead of those that all have} */
    public static List<String> jvm(List<String> options, Class<?> main, String... arguments) {
        var command = new ArrayList<String>();
        command.add(Tools.ofJdk("java"));
        command.addAll(JVM_OPTIONS);
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }
}
