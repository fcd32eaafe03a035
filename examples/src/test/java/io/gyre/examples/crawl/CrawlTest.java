package io.gyre.examples.crawl;

import static io.gyre.examples.Talk.ANY_PORT;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.sync.Barrier;
import io.gyre.loop.testing.LoopTest;
import io.gyre.net.TcpServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** On the system's clock: the HTTP client waits in threads of its own. */
final class CrawlTest {
    private static final byte[] END_OF_HEAD = {'\r', '\n', '\r', '\n'};

    private final HttpClient client = Crawler.newClient();

    @AfterEach
    void closeClient() {
        client.close();
    }

    private static URI root(TcpServer site) {
        return URI.create("http://127.0.0.1:" + site.address().getPort() + "/");
    }

    private static List<String> paths(Iterable<URI> pages) {
        var paths = new ArrayList<String>();
        pages.forEach(page -> paths.add(page.getPath()));
        return paths;
    }

    @LoopTest(time = LoopTest.Time.REAL)
    void pagesThatCannotBeHadAreListed() throws Exception {
        try (TcpServer site = SampleSite.start(ANY_PORT)) {
            Crawler.Report report = Crawler.crawl(client, root(site), 2, 4, Duration.ofMillis(500));

            assertThat(paths(report.pages().keySet())).containsExactly("/", "/1", "/11", "/12", "/3", "/32", "/33");
            assertThat(report.pages()).containsEntry(root(site).resolve("/32"), 4);
            assertThat(report.failures().get(root(site).resolve("/13"))).isEqualTo("status 404");
            assertThat(report.failures().get(root(site).resolve("/2"))).isEqualTo("no answer within 500 ms");
            assertThat(paths(report.failures().keySet())).containsExactly("/13", "/2", "/31");
        }
    }

    /** Each page but the first waits for another one: with one request at a time there would be no second. */
    @LoopTest(time = LoopTest.Time.REAL)
    void asManyPagesAreFetchedAtTheSameTimeAsAllowedAndNoMore() throws Exception {
        var together = new Barrier(2);
        int[] active = {0};
        int[] most = {0};
        try (TcpServer site = TcpServer.serve(ANY_PORT, client -> {
            String head = new String(client.readUntil(10_000, END_OF_HEAD), US_ASCII);
            most[0] = Math.max(most[0], ++active[0]);
            if (!head.startsWith("GET / ")) {
                together.await();
            }
            active[0]--;
            client.write("HTTP/1.0 200 OK\r\n\r\n".getBytes(US_ASCII));
            for (int i = 1; i <= 6; i++) {
                client.write(("<a href=\"/" + i + "\">").getBytes(US_ASCII));
            }
        })) {
            Crawler.Report report = Crawler.crawl(client, root(site), 5, 2, Duration.ofSeconds(8));

            assertThat(paths(report.pages().keySet())).containsExactly("/", "/1", "/2", "/3", "/4", "/5", "/6");
            assertThat(most[0]).isEqualTo(2);
            assertThat(site.statistics().accepted()).as("each page once").isEqualTo(7);
        }
    }

    @LoopTest(time = LoopTest.Time.REAL)
    void siteThatIsNotThereIsAFailureToo() throws Exception {
        URI gone;
        try (TcpServer site = SampleSite.start(ANY_PORT)) {
            gone = root(site);
        }

        Crawler.Report report = Crawler.crawl(client, gone, 2, 2, Duration.ofSeconds(5));

        assertThat(report.pages()).isEmpty();
        assertThat(report.failures()).containsOnlyKeys(gone);
    }
}
