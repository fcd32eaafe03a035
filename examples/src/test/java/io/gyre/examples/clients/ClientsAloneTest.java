package io.gyre.examples.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.gyre.examples.documents.Documents;
import io.netty.buffer.ByteBufAllocator;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each client does to the JVM around it: the page tells of its threads. */
@Timeout(value = 100, unit = TimeUnit.SECONDS)
final class ClientsAloneTest {
    private static final Path PAGE = Path.of("CLIENTS.md");
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");
    private static final Pattern NUMBER = Pattern.compile("\\d+");

    @TempDir
    private Path directory = Path.of("");

    /** {@return the names of the threads in the third cell of the library's row} */
    private static Set<String> threadsOnThePage(Class<?> tests) {
        String row = Documents.text(PAGE)
                .lines()
                .filter(line -> line.startsWith("| ") && line.contains("[" + tests.getSimpleName() + "]("))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no row of " + PAGE + " names " + tests.getSimpleName()));
        return QUOTED.matcher(row.split("\\|", -1)[3])
                .results()
                .map((MatchResult quoted) -> withoutNumbers(quoted.group(1)))
                .collect(Collectors.toSet());
    }

    private static String withoutNumbers(String name) {
        return NUMBER.matcher(name).replaceAll("0");
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                AsyncHttpClientTest.class,
                GrpcTest.class,
                LettuceTest.class,
                PostgresqlTest.class,
                ReactorNettyTest.class,
                VertxTest.class
            })
    void clientHasTheThreadsOfThePageAndLosesNothing(Class<?> tests) throws Exception {
        Alone.Outcome outcome = Alone.run(tests, directory, LIMIT);

        assertThat(outcome.of("failed")).as("%s", outcome).isEmpty();
        assumeThat(outcome.of("skipped")).as("the peer is there").containsExactly("0");
        assertThat(outcome.of("thread").stream()
                        .map(thread -> withoutNumbers(thread.replaceFirst(" started by .*", "")))
                        .collect(Collectors.toSet()))
                .as("%s", outcome.of("thread"))
                .isEqualTo(threadsOnThePage(tests));
        assertThat(outcome.of("open")).isEmpty();
        assertThat(outcome.of("lost")).isEmpty();
    }

    /** Does what a client must not do. */
    static final class Careless {
        static @Nullable ServerSocketChannel forgotten;

        @Test
        void leavesASocketAThreadAndABuffer() throws Exception {
            forgotten = ServerSocketChannel.open();
            Thread.ofPlatform().name("careless-7").start(() -> {}).join();
            ByteBufAllocator.DEFAULT.directBuffer(1).writeByte(1);
        }
    }

    @Test
    void carelessClientIsFound() throws Exception {
        Alone.Outcome outcome = Alone.run(Careless.class, directory, LIMIT);

        assertThat(outcome.of("succeeded")).containsExactly("1");
        assertThat(outcome.of("thread"))
                .containsExactly(
                        "careless-7 started by " + Careless.class.getName() + ".leavesASocketAThreadAndABuffer");
        assertThat(outcome.of("open")).hasSize(1);
        assertThat(outcome.of("lost")).hasSize(1);
    }
}
