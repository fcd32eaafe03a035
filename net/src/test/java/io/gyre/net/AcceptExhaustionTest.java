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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that has no descriptor left, in a process whose limit is low. */
final class AcceptExhaustionTest {
    private static final int DESCRIPTORS = 100;

    /** What one line of the server says. */
    private record Seen(long accepted, long active, long pauses, long ticks) {}

    @Test
    @Timeout(60)
    void serverPausesAcceptingAndRecoversWhenConnectionsEnd() throws Exception {
        exhaustAndRecover();
    }

    /** The pause ends because a socket is closed, and not because time passes. */
    @Test
    @Timeout(60)
    void serverWhoseClockStandsStillRecoversAsSoonAsConnectionsEnd() throws Exception {
        exhaustAndRecover("its clock stands still");
    }

    private static void exhaustAndRecover(String... arguments) throws Exception {
        assumeThat(Files.isExecutable(Path.of("/bin/sh")))
                .as("/bin/sh, for ulimit")
                .isTrue();
        Process process = start(arguments);
        try (BufferedReader answers = process.inputReader()) {
            int port = Integer.parseInt(answers.readLine());
            List<Socket> clients = new ArrayList<>();
            for (int i = 0; i < DESCRIPTORS; i++) {
                clients.add(new Socket(InetAddress.getLoopbackAddress(), port));
            }
            Seen full = ask(process, answers);
            while (full.pauses == 0) {
                full = ask(process, answers);
            }
            assertThat(full.accepted).isLessThan(DESCRIPTORS);

            for (Socket client : clients.subList(0, DESCRIPTORS - 10)) {
                client.close();
            }
            Socket last = clients.getLast();
            last.getOutputStream().write(7);

            assertThat(last.getInputStream().read()).isEqualTo(7);
            Seen recovered = ask(process, answers);
            assertThat(recovered.accepted).isEqualTo(DESCRIPTORS);
            assertThat(recovered.ticks).as("ticks: no spinning").isLessThan(5_000);
            for (Socket client : clients) {
                client.close();
            }
        } finally {
            process.getOutputStream().close();
            assertThat(process.waitFor()).isZero();
        }
    }

    private static Process start(String... arguments) throws IOException {
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
                System.getProperty("java.class.path"),
                ExhaustedServer.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static Seen ask(Process process, BufferedReader answers) throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
        long[] numbers = Arrays.stream(answers.readLine().split(" "))
                .mapToLong(Long::parseLong)
                .toArray();
        return new Seen(numbers[0], numbers[1], numbers[2], numbers[3]);
    }
}
