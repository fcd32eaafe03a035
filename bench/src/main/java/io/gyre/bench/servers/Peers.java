package io.gyre.bench.servers;

import io.gyre.bench.process.Pythons;
import io.gyre.bench.process.Tools;
import io.gyre.bench.process.Workshop;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds and builds the servers that there are on this machine. */
public final class Peers {
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
    private static final String PYTHON_PEER = "servers/echo.py";

    private final Workshop workshop;
    private final Tools tools;

    /** Looks for tools, and lays sources out in a workshop. */
    public Peers(Workshop workshop, Tools tools) {
        this.workshop = workshop;
        this.tools = tools;
    }

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
            peers.add(inC());
        }
        peers.add(inGo(arguments));
        addPython(peers, arguments);
        peers.add(java(JavaServer.FLOOR_AGAIN, options));
        return List.copyOf(peers);
    }

    /** {@return one of our servers, with options of the JVM beside or instead of those that all have} */
    public static Peer java(JavaServer server, List<String> options) {
        if (server.isMissing()) {
            return Peer.missing(server.id(), server.label(), NO_OPENSSL);
        }
        var all = new ArrayList<>(server.jvmOptions());
        all.addAll(options);
        return Peer.java(server.id(), server.label(), jvm(all, ServerMain.class, server.id()));
    }

    /** {@return the command of a JVM of ours, with options beside or instead of those that all have} */
    public static List<String> jvm(List<String> options, Class<?> main, String... arguments) {
        var command = new ArrayList<String>();
        command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
        command.addAll(JVM_OPTIONS);
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    private Peer inC() throws IOException, InterruptedException {
        String id = "c-epoll";
        String label = "C epoll";
        Optional<Path> gcc = tools.find("gcc");
        if (gcc.isEmpty()) {
            return Peer.missing(id, label, "there is no gcc on the PATH; install gcc and libc6-dev");
        }
        Path program = workshop.compileC(gcc.get(), workshop.layOut("servers/echo.c"), "echo-c");
        return Peer.foreign(id, label, List.of(program.toString()));
    }

    private Peer inGo(List<String> arguments) throws IOException, InterruptedException {
        String id = "go";
        String label = "Go";
        Optional<Path> go = tools.find("go");
        if (go.isEmpty()) {
            return Peer.missing(id, label, "there is no go on the PATH; install golang-go");
        }
        Path program = workshop.compileGo(go.get(), workshop.layOut("servers/echo.go"), "echo-go");
        return Peer.foreign(id, label, command(List.of("env", "GOMAXPROCS=1", program.toString()), arguments));
    }

    private void addPython(List<Peer> peers, List<String> arguments) throws IOException {
        Path script = workshop.layOut(PYTHON_PEER);
        Pythons pythons = Pythons.of(tools);
        for (String api : List.of("protocol", "streams")) {
            peers.add(python(pythons.withUvloop(), script, "uvloop", api, arguments, Pythons.NO_UVLOOP));
        }
        for (String api : List.of("protocol", "streams")) {
            peers.add(python(pythons.any(), script, "asyncio", api, arguments, Pythons.NO_PYTHON));
        }
    }

    private static Peer python(
            Optional<Path> python, Path script, String loop, String api, List<String> arguments, String whatToDo) {
        String id = loop + "-" + api;
        String label = loop + " " + api;
        return python.map(program -> Peer.foreign(
                        id, label, command(List.of(program.toString(), script.toString(), loop, api), arguments)))
                .orElseGet(() -> Peer.missing(id, label, whatToDo));
    }

    private static List<String> command(List<String> words, List<String> arguments) {
        return Stream.concat(words.stream(), arguments.stream()).toList();
    }
}
