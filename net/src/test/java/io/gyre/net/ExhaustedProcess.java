package io.gyre.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** An {@link ExhaustedServer} and its clients, more of them than it has descriptors for. */
public final class ExhaustedProcess implements AutoCloseable {
    private static final int DESCRIPTORS = 100;

    private final Process process;
    private final Path errors;
    private final BufferedReader answers;
    private final List<Socket> clients = new ArrayList<>();

    /**
     * What the server has done.
     *
     * @param accepted connections
     * @param active connections that are being served
     * @param pauses of accepting
     * @param ticks of its loop
     */
    public record Seen(long accepted, long active, long pauses, long ticks) {}

    private ExhaustedProcess(Process process, Path errors) {
        this.process = process;
        this.errors = errors;
        this.answers = process.inputReader();
    }

    /** Starts the server, and connects until it has to pause. */
    public static ExhaustedProcess start(String... arguments) throws IOException {
        return startFrom(System.getProperty("java.class.path"), arguments);
    }

    static ExhaustedProcess startFrom(String classPath, String... arguments) throws IOException {
        assumeThat(Files.isExecutable(Path.of("/bin/sh")))
                .as("/bin/sh, for ulimit")
                .isTrue();
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command = new ArrayList<>(Arrays.asList(
                "/bin/sh",
                "-c",
                "ulimit -n " + DESCRIPTORS + "; exec \"$@\"",
                "sh",
                java,
                "-XX:-MaxFDLimit",
                "--add-opens",
                "java.base/java.lang=ALL-UNNAMED",
                "-cp",
                classPath,
                ExhaustedServer.class.getName()));
        command.addAll(List.of(arguments));
        Path errors = Files.createTempFile("exhausted", ".log");
        var started = new ExhaustedProcess(
                new ProcessBuilder(command).redirectError(errors.toFile()).start(), errors);
        started.connect();
        return started;
    }

    private void connect() throws IOException {
        int port = Integer.parseInt(answers.readLine());
        for (int i = 0; i < DESCRIPTORS; i++) {
            clients.add(new Socket(InetAddress.getLoopbackAddress(), port));
        }
        Seen full = ask(); // serves from now on
        while (full.pauses == 0) {
            full = ask();
        }
        assertThat(full.accepted).isLessThan(DESCRIPTORS);
    }

    /** {@return what the server has done so far} */
    public Seen ask() throws IOException {
        long[] numbers = Arrays.stream(answer('\n').split(" ", -1))
                .mapToLong(Long::parseLong)
                .toArray();
        return new Seen(numbers[0], numbers[1], numbers[2], numbers[3]);
    }

    /** {@return how often the server's process cannot open a file while accepting pauses} */
    int refusals() throws IOException {
        return Integer.parseInt(answer(ExhaustedServer.OPEN_FILES));
    }

    private String answer(char question) throws IOException {
        process.getOutputStream().write(question);
        process.getOutputStream().flush();
        String answer = answers.readLine();
        assertThat(answer).as("answer; log: %s", log()).isNotNull();
        return answer;
    }

    /** {@return how many connections are being served, after having required that they are, and the others are not} */
    public int talk() throws IOException {
        Seen full = ask();
        for (Socket client : clients) {
            client.getOutputStream().write(7);
        }
        for (Socket client : clients.subList(0, (int) full.active())) {
            assertThat(client.getInputStream().read()).isEqualTo(7);
        }
        assertThat(ask().active()).isEqualTo(full.active());
        return (int) full.active();
    }

    /** Resets a connection, and requires that one that had to wait is served instead. */
    public void replace(int client, int successor) throws IOException {
        clients.get(client).setSoLinger(true, 0);
        clients.get(client).close();
        assertThat(clients.get(successor).getInputStream().read()).isEqualTo(7);
    }

    /** {@return what the server has written on its standard error} */
    public String log() throws IOException {
        return Files.readString(errors);
    }

    /** Closes most of the connections, and requires that the last one, which had to wait, is served. */
    public void recover() throws IOException {
        for (Socket client : clients.subList(0, DESCRIPTORS - 10)) {
            client.close();
        }
        Socket last = clients.getLast();
        last.getOutputStream().write(7);

        assertThat(last.getInputStream().read()).isEqualTo(7);
        Seen recovered = ask();
        assertThat(recovered.accepted).isEqualTo(DESCRIPTORS);
        assertThat(recovered.ticks).as("ticks: no spinning").isLessThan(5_000);
    }

    @Override
    public void close() throws IOException {
        for (Socket client : clients) {
            client.close();
        }
        process.getOutputStream().close();
        assertThat(process.onExit().join().exitValue()).as(log()).isZero();
        Files.delete(errors);
    }
}
