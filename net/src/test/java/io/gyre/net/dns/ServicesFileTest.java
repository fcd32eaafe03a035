package io.gyre.net.dns;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.timeout;
import static io.gyre.loop.testing.LoopTesting.assertSuspends;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.LoopTest.Time;
import java.io.IOException;
import java.net.UnknownServiceException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

final class ServicesFileTest {
    private final Path path;
    private final ServicesFile file;

    ServicesFileTest(@TempDir Path directory) {
        path = directory.resolve("services");
        file = new ServicesFile(path);
    }

    private void write(String... lines) throws IOException {
        Files.write(path, List.of(lines));
    }

    private int tcp(String name) throws IOException {
        return file.port(new Service(name, Protocol.TCP));
    }

    private int udp(String name) throws IOException {
        return file.port(new Service(name, Protocol.UDP));
    }

    @LoopTest
    void nameAndAliasesHaveAPortForEachProtocol() throws Exception {
        write(
                "# services",
                "",
                "http\t\t80/tcp\t\twww www-http # the web",
                "http 8080/udp",
                "  domain 53/tcp",
                "X11 6000/tcp");

        assertThat(assertSuspends(() -> tcp("http"))).isEqualTo(80);
        assertThat(tcp("www")).isEqualTo(80);
        assertThat(tcp("www-http")).isEqualTo(80);
        assertThat(udp("http")).isEqualTo(8080);
        assertThat(tcp("domain")).isEqualTo(53);
        assertThat(tcp("X11")).isEqualTo(6000);
    }

    @LoopTest
    void whatOnlyLooksLikeAServiceIsNone() throws Exception {
        write("http 80/tcp www # web", "domain 53/tcp");

        for (String name : List.of("htt", "http ", "80/tcp", "80", "web", "#", "", "HTTP", "www # web", "http\n")) {
            assertThatExceptionOfType(UnknownServiceException.class).isThrownBy(() -> tcp(name));
        }
        assertThatExceptionOfType(UnknownServiceException.class)
                .isThrownBy(() -> udp("http"))
                .withMessageContaining("the UDP service 'http'");
    }

    @LoopTest
    void malformedLinesAreSkipped() throws Exception {
        write(
                "a",
                "a b",
                "a 1",
                "a /tcp",
                "a tcp/1",
                "a 0/tcp",
                "a -1/tcp",
                "a 65536/tcp",
                "a 99999999999999999999/tcp",
                "a 1/tcp/udp",
                "a 1/sctp",
                "\u0000\u0001 2/tcp",
                "#a 3/tcp",
                "/tcp a",
                "a 65535/tcp",
                "a 4/tcp");

        assertThat(tcp("a")).isEqualTo(65_535);
    }

    @LoopTest
    void bytesThatAreNoTextSpoilTheirOwnLineOnly() throws Exception {
        Files.write(path, "\u00e4\u00ff 1/tcp\r\nlast 2/tcp".getBytes(StandardCharsets.ISO_8859_1));

        assertThat(tcp("last")).isEqualTo(2);
        assertThatExceptionOfType(UnknownServiceException.class).isThrownBy(() -> tcp("\u00e4\u00ff"));
    }

    @LoopTest
    void failureSaysWhichServiceAndWhereAndWhatToDo() throws Exception {
        write("http 80/tcp");

        assertThatExceptionOfType(UnknownServiceException.class)
                .isThrownBy(() -> tcp("htpt"))
                .withMessage("cannot find the TCP service 'htpt': " + path + " has no such name."
                        + " Check the spelling, upper and lower case, too, or use the port's number.");
    }

    @LoopTest
    void nameIsEscapedInTheFailure() throws Exception {
        write("http 80/tcp");

        assertThatThrownBy(() -> tcp("\u001b[2J\nforged line\u202e" + "x".repeat(10_000)))
                .isInstanceOf(UnknownServiceException.class)
                .message()
                .doesNotContainPattern("[\\p{Cntrl}\\u202e]")
                .hasSizeLessThan(1_000);
    }

    @LoopTest
    void missingFileIsSaid() {
        assertThatThrownBy(() -> tcp("http"))
                .isInstanceOf(UnknownServiceException.class)
                .hasMessageContaining("cannot find the TCP service 'http': " + path + " does not exist")
                .hasMessageContaining("Install the system's services database");
    }

    @LoopTest
    void unreadableFileIsNotAnUnknownService() throws Exception {
        Files.createDirectory(path);

        assertThatThrownBy(() -> tcp("http"))
                .isExactlyInstanceOf(IOException.class)
                .hasMessageContaining("cannot read " + path)
                .hasMessageContaining("use the port's number")
                .hasCauseInstanceOf(IOException.class);
    }

    @LoopTest
    void fileOfAnyKindIsReadUpToALimit() throws Exception {
        byte[] longest = new byte[ServicesFile.MAX_BYTES];
        Arrays.fill(longest, (byte) 'x');
        byte[] last = "\nhttp 80/tcp".getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(last, 0, longest, longest.length - last.length, last.length);
        Files.write(path, longest);
        assertThat(tcp("http")).as("behind a line of 4 MiB").isEqualTo(80);

        Files.write(path, Arrays.copyOf(longest, longest.length + 1));

        assertThatThrownBy(() -> tcp("http"))
                .isExactlyInstanceOf(IOException.class)
                .hasMessageContaining("it is larger than " + ServicesFile.MAX_BYTES + " bytes");
    }

    @LoopTest
    void editedFileCountsAtOnce() throws Exception {
        write("own 1/tcp");
        assertThat(tcp("own")).isEqualTo(1);
        write("own 2/tcp");

        assertThat(tcp("own")).isEqualTo(2);
    }

    /** A pipe that is not written to: a disk that does not answer. */
    @LoopTest(time = Time.REAL, timeoutMillis = 30_000)
    void cancellationEndsTheWaitForASilentDisk() throws Exception {
        assumeThat(Files.isExecutable(Path.of("/usr/bin/mkfifo"))).isTrue();
        assertThat(new ProcessBuilder("/usr/bin/mkfifo", path.toString())
                        .start()
                        .onExit()
                        .join()
                        .exitValue())
                .isZero();
        Task<Integer> first = createTask(() -> tcp("http"));
        Task<Integer> second = createTask(() -> tcp("http"));
        awaitAllTasksParked();

        first.cancel("test");
        assertThatThrownBy(first::await).hasCauseInstanceOf(CancelledException.class);
        assertThat(second.isDone()).isFalse();
        Files.writeString(path, "http 80/tcp");

        assertThat(second.await()).isEqualTo(80);

        Task<Integer> last = createTask(() -> tcp("http"));
        awaitAllTasksParked();
        last.cancel("test");
        assertThatThrownBy(last::await).hasCauseInstanceOf(CancelledException.class);
        assertThat(EventLoop.current().statistics().tasks()).isEqualTo(1);
        assertNothingIsLeft();
    }

    /** The abandoned read may have begun, and then waits for a writer. */
    private void assertNothingIsLeft() throws IOException {
        if (LookupPool.ofLoop().runningQuestions() > 0) {
            Files.writeString(path, "");
        }
        timeout(Duration.ofSeconds(10), () -> {
            while (LookupPool.ofLoop().runningQuestions() > 0) {
                sleep(Duration.ofMillis(1));
            }
        });
    }

    @LoopTest
    void systemKnowsItsServices() throws Exception {
        Path database = ServicesFile.SYSTEM.path();
        assumeThat(database).isRegularFile();
        assumeThat(database).content().containsPattern("(?m)^https\\s+443/tcp");

        assertThat(ServicesFile.SYSTEM.port(new Service("https", Protocol.TCP))).isEqualTo(443);
    }
}
