package io.gyre.examples.crawl;

import static io.gyre.loop.Async.timeout;

import io.gyre.loop.TaskGroup;
import io.gyre.loop.TimeoutException;
import io.gyre.loop.sync.CapacityLimiter;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Visits a page, the pages it links to, and so on.
 *
 * <p>What this example shows:
 *
 * <ul>
 *   <li>Each page is a task, which creates the tasks of the pages it links to. All belong to one {@link TaskGroup}. The
 *       crawl ends with the group: no code counts pending pages.
 *   <li>The JDK's {@link HttpClient} is called as if there were no loop. Its blocking {@code send} suspends only the
 *       calling task, and a time-out interrupts it, which ends the request.
 *   <li>The visited pages are a plain set: two tasks cannot check the same link at the same time.
 *   <li>A page that cannot be fetched is a line of the report. Only an unexpected failure ends the crawl.
 * </ul>
 */
public final class Crawler {
    private static final Pattern LINK = Pattern.compile("href=\"([^\"]+)\"");

    private final HttpClient client;
    private final int depth;
    private final Duration pageTimeout;
    private final CapacityLimiter requests;
    private final Set<URI> visited = new HashSet<>();
    private final SortedMap<URI, Integer> pages = new TreeMap<>();
    private final SortedMap<URI, String> failures = new TreeMap<>();

    /**
     * The result of a crawl.
     *
     * @param pages the pages, and how many links each has
     * @param failures the pages that could not be fetched, and why
     */
    public record Report(SortedMap<URI, Integer> pages, SortedMap<URI, String> failures) {}

    private Crawler(HttpClient client, int depth, int concurrency, Duration pageTimeout) {
        this.client = client;
        this.depth = depth;
        this.pageTimeout = pageTimeout;
        this.requests = new CapacityLimiter("requests", concurrency);
    }

    /** {@return a client for {@link #crawl}} Create it before the loop starts: it loads classes, for about 100 ms. */
    public static HttpClient newClient() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    /**
     * Crawls a site. Suspends until the crawl is done. Does not follow links to other hosts.
     *
     * @param client fetches the pages
     * @param start the first page
     * @param depth the largest number of links between the first page and a visited page
     * @param concurrency how many pages are fetched at the same time
     * @param pageTimeout how long a page may take
     * @return the result
     */
    public static Report crawl(HttpClient client, URI start, int depth, int concurrency, Duration pageTimeout) {
        var crawler = new Crawler(client, depth, concurrency, pageTimeout);
        TaskGroup.run(group -> crawler.visit(group, start, 0));
        return new Report(crawler.pages, crawler.failures);
    }

    /** Does not suspend, so no other task can claim the same page in between. */
    private void visit(TaskGroup<?> group, URI page, int distance) {
        if (visited.add(page)) {
            group.createTask("page " + page, () -> follow(group, page, distance));
        }
    }

    private void follow(TaskGroup<?> group, URI page, int distance) throws Exception {
        List<URI> links;
        try {
            links = requests.withToken(() -> timeout(pageTimeout, () -> fetch(page)));
        } catch (TimeoutException late) {
            failures.put(page, "no answer within " + pageTimeout.toMillis() + " ms");
            return;
        } catch (IOException broken) {
            failures.put(page, String.valueOf(broken.getMessage()));
            return;
        }
        pages.put(page, links.size());
        for (URI link : links) {
            if (distance < depth && page.getAuthority().equals(link.getAuthority())) {
                visit(group, link, distance + 1);
            }
        }
    }

    private List<URI> fetch(URI page) throws IOException, InterruptedException {
        HttpResponse<String> response = client.send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException("status " + response.statusCode());
        }
        var links = new ArrayList<URI>();
        LINK.matcher(response.body()).results().forEach(link -> links.add(page.resolve(link.group(1))));
        return links;
    }
}
