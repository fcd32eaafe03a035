package io.gyre.examples.http;

import static io.gyre.examples.Talk.ANY_PORT;
import static io.gyre.loop.Async.createTask;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.examples.NoLeaks;
import io.gyre.examples.Peer;
import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.LoopTest.Time;
import io.gyre.net.TcpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** curl, wrk and the client of the JDK, over each version of HTTP. */
@ExtendWith(NoLeaks.class)
final class HttpsServerTest {
    private static final String[] VERSIONS = {"1.1", "2"};

    private final Path directory;

    HttpsServerTest(@TempDir Path directory) {
        this.directory = directory;
    }

    private static TcpServer serve() throws IOException {
        return HttpsServer.serve(ANY_PORT, Identities.server(Identities.SERVER));
    }

    private static String url(TcpServer server, String path) {
        return "https://127.0.0.1:" + server.address().getPort() + path;
    }

    private Peer curl(String version) throws IOException {
        return Peer.installed("curl", "curl", directory)
                .with("-sS", "--noproxy", "*", "--http" + version)
                .with("--cacert", Identities.certificateFile(Identities.SERVER, directory));
    }

    private static void assertNobodyFailed(TcpServer server) {
        assertThat(server.statistics().failed()).as("failed handlers").isZero();
    }

    @LoopTest(time = Time.REAL)
    void versionIsTheOneThatTheClientWants() throws Exception {
        try (TcpServer server = serve()) {
            for (String version : VERSIONS) {
                Peer curl = curl(version)
                        .with("-w", "%{content_type} %{http_version}\n")
                        .with(url(server, "/"), url(server, "/json"), url(server, "/nowhere"));

                assertThat(curl.output().lines())
                        .containsExactly(
                                "hello",
                                "text/plain; charset=utf-8 " + version,
                                "{\"greeting\":\"hello\"}",
                                "application/json " + version,
                                "nothing here",
                                "text/plain; charset=utf-8 " + version);
            }
            assertThat(server.statistics().accepted())
                    .as("connections, kept alive")
                    .isEqualTo(VERSIONS.length);
        }
    }

    @LoopTest(time = Time.REAL)
    void clientThatSaysNothingAboutItsVersionGetsTheOldOne() throws Exception {
        try (TcpServer server = serve()) {
            Peer curl = curl("1.1").with("--no-alpn", "-k", url(server, "/"));

            assertThat(curl.output()).isEqualTo("hello\n");
            assertNobodyFailed(server);
        }
    }

    @LoopTest(time = Time.REAL)
    void bodiesAreStreamedBothWays() throws Exception {
        String posted = "x".repeat(60_000);
        Path file = Files.writeString(directory.resolve("posted"), posted);
        try (TcpServer server = serve()) {
            for (String version : VERSIONS) {
                String numbers = curl(version).with(url(server, "/numbers")).output();

                assertThat(numbers).startsWith("1\n2\n").endsWith("\n100000\n").hasLineCount(100_000);
                assertThat(curl(version)
                                .with("--data-binary", "@" + file, url(server, "/echo"))
                                .output())
                        .isEqualTo(posted);
            }
            assertNobodyFailed(server);
        }
    }

    @LoopTest(time = Time.REAL)
    void headHasTheLengthAndNoBody() throws Exception {
        try (TcpServer server = serve()) {
            for (String version : VERSIONS) {
                assertThat(curl(version).with("-I", url(server, "/")).output())
                        .startsWith("HTTP/" + version + " 200")
                        .contains("content-length: 6")
                        .doesNotContain("hello");
            }
            assertNobodyFailed(server);
        }
    }

    @LoopTest(time = Time.REAL)
    void bodyThatIsTooLargeIsRefused() throws Exception {
        Path file = Files.writeString(directory.resolve("posted"), "x".repeat(100_000));
        try (TcpServer server = serve()) {
            assertThat(curl("1.1")
                            .with("-o", directory.resolve("answer"), "-w", "%{http_code}")
                            .with("--data-binary", "@" + file, url(server, "/echo"))
                            .output())
                    .isEqualTo("413");
        }
    }

    private static HttpRequest get(TcpServer server, String path) {
        return HttpRequest.newBuilder(URI.create(url(server, path))).build();
    }

    private static HttpClient clientOfTheJdk() throws Exception {
        return HttpClient.newBuilder().sslContext(Identities.context()).build();
    }

    @LoopTest(time = Time.REAL)
    void requestsOfOneConnectionAreServedAtTheSameTime() throws Exception {
        try (TcpServer server = serve();
                HttpClient client = clientOfTheJdk()) {
            client.send(get(server, "/"), BodyHandlers.ofString()); // before, each would open a connection
            var answers = new ArrayList<Task<HttpResponse<String>>>();
            for (int i = 0; i < 50; i++) {
                HttpRequest request = i % 2 == 0
                        ? get(server, "/numbers")
                        : HttpRequest.newBuilder(URI.create(url(server, "/echo")))
                                .POST(BodyPublishers.ofString("x".repeat(i * 1000)))
                                .build();
                answers.add(createTask(() -> client.send(request, BodyHandlers.ofString())));
            }

            for (int i = 0; i < answers.size(); i++) {
                HttpResponse<String> answer = answers.get(i).await();
                assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
                assertThat(answer.body().length()).isEqualTo(i % 2 == 0 ? 588_895 : i * 1000);
            }
            assertThat(server.statistics().accepted()).isEqualTo(1);
            assertNobodyFailed(server);
        }
    }

    @LoopTest(time = Time.REAL)
    void streamThatIsGivenUpLeavesTheOthers() throws Exception {
        try (TcpServer server = serve();
                HttpClient client = clientOfTheJdk()) {
            client.send(get(server, "/"), BodyHandlers.ofString());
            for (int i = 0; i < 10; i++) {
                HttpResponse<InputStream> unread = client.send(get(server, "/numbers"), BodyHandlers.ofInputStream());
                unread.body().close(); // resets the stream
            }

            assertThat(client.send(get(server, "/"), BodyHandlers.ofString()).body())
                    .isEqualTo("hello\n");
            assertThat(server.statistics().accepted()).isEqualTo(1);
            assertNobodyFailed(server);
        }
    }

    @LoopTest(time = Time.REAL)
    void endOfTheServerLeavesNothing() throws Exception {
        try (HttpClient client = clientOfTheJdk()) {
            try (TcpServer server = serve()) {
                for (String path : List.of("/", "/numbers")) {
                    client.send(get(server, path), BodyHandlers.ofString());
                }
                assertThat(server.drain(Duration.ofSeconds(8)))
                        .as("whether the connection that a client keeps has ended")
                        .isTrue();
                assertThat(server.statistics().active()).isZero();
                assertNobodyFailed(server);
            }
        }
    }

    private String wrk(String url) throws Exception {
        return Peer.installed("wrk", "wrk", directory)
                .with("-t1", "-c5", "-d2s", url)
                .output();
    }

    private static void assertServed(String report, TcpServer server) {
        assertThat(report)
                .contains(" requests in ")
                .doesNotContain("Socket errors", "Non-2xx")
                .doesNotContain(" 0 requests in ");
        assertThat(server.drain(Duration.ofSeconds(5))).isTrue();
        assertThat(server.statistics().failed()).as("failed handlers").isZero();
    }

    @LoopTest(time = Time.REAL)
    void wrkLoadsBothServers() throws Exception {
        try (TcpServer server = serve()) {
            assertServed(wrk(url(server, "/")), server);
        }
        try (TcpServer server = HttpServer.serve(ANY_PORT)) {
            assertServed(wrk("http://127.0.0.1:" + server.address().getPort() + "/json"), server);
        }
    }
}
