package io.gyre.examples.kv;

import static io.gyre.examples.Talk.ANY_PORT;
import static io.gyre.examples.Talk.ask;
import static io.gyre.examples.Talk.hear;
import static io.gyre.examples.Talk.hearAll;
import static io.gyre.examples.Talk.say;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.VirtualClock;
import io.gyre.net.TcpStream;
import io.gyre.net.UnixStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;

final class KvTest {
    private final Path socket;

    KvTest(@TempDir Path directory) {
        this.socket = directory.resolve("kv.sock");
    }

    @LoopTest
    void commandsAreAnsweredByteByByte() throws Exception {
        try (KvServer server = KvServer.start(ANY_PORT, null);
                TcpStream client = TcpStream.connect(server.address())) {
            say(
                    client,
                    "GET a",
                    "SET a one  two ",
                    "get a",
                    "INCR n",
                    "INCR n",
                    "DEL a",
                    "DEL a",
                    "KEYS",
                    "TTL n",
                    "QUIT");

            assertThat(hearAll(client)).isEqualTo("""
                            NONE
                            OK
                            VALUE one  two\s
                            VALUE 1
                            VALUE 2
                            OK
                            NONE
                            KEYS 1
                            n
                            NONE
                            """);
        }
    }

    @LoopTest
    void whatClientsStoreIsBounded() {
        var store = new KvProtocol(new KvStore());
        String value = "v".repeat(4000);
        int stored = 0;
        while (store.answer("SET key" + stored + " " + value).equals("OK")) {
            stored++;
        }

        assertThat(stored).isBetween(990, 1000);
        assertThat(store.answer("SET more " + value)).startsWith("ERROR the store is full");
        assertThat(store.answer("SET key0 " + value)).isEqualTo("OK");
        assertThat(store.answer("DEL key0")).isEqualTo("OK");
        assertThat(store.answer("SET more " + value)).isEqualTo("OK");

        var small = new KvProtocol(new KvStore());
        for (int i = 0; i < 10_000; i++) {
            small.answer("SET " + i + " v");
        }
        assertThat(small.answer("SET one-more v")).startsWith("ERROR the store is full");
        assertThat(small.answer("INCR counter")).startsWith("ERROR the store is full");
    }

    @LoopTest
    void wrongCommandIsAnErrorAndTheConnectionGoesOn() throws Exception {
        try (KvServer server = KvServer.start(ANY_PORT, null);
                TcpStream client = TcpStream.connect(server.address())) {
            assertThat(ask(client, "FLY me")).isEqualTo("ERROR there is no command FLY");
            assertThat(ask(client, "GET")).isEqualTo("ERROR GET takes 1 argument(s)");
            assertThat(ask(client, "SET " + "k".repeat(201) + " v")).contains("1 to 200 characters");
            assertThat(ask(client, "SET k " + "v".repeat(4001))).contains("at most 4000 characters");
            assertThat(ask(client, "EXPIRE k soon")).isEqualTo("ERROR 'soon' is no number of seconds");
            assertThat(ask(client, "SET k text")).isEqualTo("OK");
            assertThat(ask(client, "INCR k")).isEqualTo("ERROR the value of k is no number, or the largest one");
            assertThat(ask(client, "GET k")).isEqualTo("VALUE text");
        }
    }

    @LoopTest
    void lineThatIsTooLongIsAnErrorAndTheEnd() throws Exception {
        try (KvServer server = KvServer.start(ANY_PORT, null);
                TcpStream client = TcpStream.connect(server.address())) {
            say(client, "SET k " + "v".repeat(100_000));
            client.closeOutput();

            assertThat(hearAll(client)).isEqualTo("ERROR a line has at most 16384 bytes; goodbye\n");
        }
    }

    @LoopTest
    void lineWithoutItsEndIsNotObeyed() throws Exception {
        try (KvServer server = KvServer.start(ANY_PORT, null);
                TcpStream client = TcpStream.connect(server.address());
                TcpStream other = TcpStream.connect(server.address())) {
            client.write("SET balance 1\r\nSET balance 2".getBytes(UTF_8));
            client.closeOutput();

            assertThat(hearAll(client)).isEqualTo("OK\n");
            assertThat(ask(other, "GET balance")).isEqualTo("VALUE 1");
        }
    }

    @LoopTest
    void valueExpiresWhenItsTimeHasCome(VirtualClock clock) throws Exception {
        try (KvServer server = KvServer.start(ANY_PORT, null);
                TcpStream client = TcpStream.connect(server.address())) {
            say(client, "SET a 1", "SET b 2", "EXPIRE a 60", "EXPIRE b 60", "SET b 3", "EXPIRE c 60");
            for (String expected : new String[] {"OK", "OK", "OK", "OK", "OK", "NONE"}) {
                assertThat(hear(client)).isEqualTo(expected);
            }
            clock.advance(Duration.ofMillis(59_500));
            assertThat(ask(client, "TTL a")).isEqualTo("VALUE 1");
            assertThat(ask(client, "INCR a")).isEqualTo("VALUE 2");

            clock.advance(Duration.ofMillis(500));

            assertThat(ask(client, "GET a")).isEqualTo("NONE");
            assertThat(ask(client, "GET b"))
                    .as("stays, because it was set anew")
                    .isEqualTo("VALUE 3");
        }
    }

    @LoopTest
    void bothKindsOfSocketsServeTheSameKeys() throws Exception {
        try (KvServer server = KvServer.start(ANY_PORT, socket);
                TcpStream tcp = TcpStream.connect(server.address());
                UnixStream unix = UnixStream.connect(socket)) {
            assertThat(ask(unix, "SET a 1")).isEqualTo("OK");
            assertThat(ask(tcp, "INCR a")).isEqualTo("VALUE 2");
        }
        assertThat(Files.exists(socket)).isFalse();
    }

    @LoopTest
    void drainAnswersWhatHasArrived() throws Exception {
        try (KvServer server = KvServer.start(ANY_PORT, socket);
                TcpStream tcp = TcpStream.connect(server.address());
                UnixStream unix = UnixStream.connect(socket)) {
            ask(tcp, "SET a 1");
            ask(unix, "SET b 2");
            say(tcp, "INCR a", "INCR a");

            assertThat(server.drain(Duration.ofSeconds(1))).isTrue();

            assertThat(hearAll(tcp)).isEqualTo("VALUE 2\nVALUE 3\n");
            assertThat(hearAll(unix)).isEmpty();
        }
    }
}
