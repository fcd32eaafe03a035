package io.gyre.examples.chat;

import static io.gyre.examples.Talk.ANY_PORT;
import static io.gyre.examples.Talk.ask;
import static io.gyre.examples.Talk.hear;
import static io.gyre.examples.Talk.hearAll;
import static io.gyre.examples.Talk.say;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.testing.LoopTest;
import io.gyre.net.ConnectOptions;
import io.gyre.net.SocketOptions;
import io.gyre.net.TcpStream;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.time.Duration;

final class ChatTest {
    private static TcpStream enter(ChatServer chat, String name) throws IOException {
        return enter(chat, name, ConnectOptions.defaults());
    }

    private static TcpStream enter(ChatServer chat, String name, ConnectOptions options) throws IOException {
        TcpStream guest = TcpStream.connect(chat.address(), options);
        assertThat(hear(guest)).isEqualTo("* your name?");
        assertThat(ask(guest, name)).startsWith("* here: ").contains(name);
        return guest;
    }

    @LoopTest
    void whatOneSaysAllOthersRead() throws Exception {
        try (ChatServer chat = ChatServer.start(ANY_PORT);
                TcpStream ada = enter(chat, "ada");
                TcpStream bob = enter(chat, "bob");
                TcpStream eve = enter(chat, "eve")) {
            say(ada, "hello", "you there");

            assertThat(hear(bob)).isEqualTo("* eve has joined");
            assertThat(hear(bob)).isEqualTo("ada: hello");
            assertThat(hear(bob)).isEqualTo("ada: you there");
            assertThat(hear(eve)).isEqualTo("ada: hello");
            assertThat(hear(ada)).isEqualTo("* bob has joined");
        }
    }

    @LoopTest
    void nameIsAskedForUntilItIsFree() throws Exception {
        try (ChatServer chat = ChatServer.start(ANY_PORT);
                TcpStream ada = enter(chat, "ada");
                TcpStream other = TcpStream.connect(chat.address())) {
            hear(other);

            assertThat(ask(other, "a b")).contains("letters");
            assertThat(ask(other, "ada")).isEqualTo("* ada is here already; your name?");
            assertThat(ask(other, "bob")).isEqualTo("* here: ada, bob");
            assertThat(hear(ada)).isEqualTo("* bob has joined");
        }
    }

    @LoopTest
    void nameIsFreeAgainWhenItsOwnerHasLeft() throws Exception {
        try (ChatServer chat = ChatServer.start(ANY_PORT);
                TcpStream ada = enter(chat, "ada");
                TcpStream bob = enter(chat, "bob")) {
            bob.closeOutput();

            assertThat(hear(bob)).isEqualTo("(end)");
            assertThat(hear(ada)).isEqualTo("* bob has joined");
            assertThat(hear(ada)).isEqualTo("* bob has left");
            enter(chat, "bob").close();
        }
    }

    @LoopTest
    void guestThatResetsIsNoFailure() throws Exception {
        try (ChatServer chat = ChatServer.start(ANY_PORT);
                TcpStream ada = enter(chat, "ada")) {
            enter(chat, "bob").abort();

            assertThat(hear(ada)).isEqualTo("* bob has joined");
            assertThat(hear(ada)).isEqualTo("* bob has left");
        }
    }

    @LoopTest
    void controlCharactersReachNobody() throws Exception {
        try (ChatServer chat = ChatServer.start(ANY_PORT);
                TcpStream ada = enter(chat, "ada");
                TcpStream bob = enter(chat, "bob")) {
            say(
                    ada,
                    "\u001b[2Jred\u0007",
                    "\u009b31mred\u0085",
                    "txt.\u202eexe\u2066\u2069",
                    "one\u2028two\u2029",
                    "äöü, 漢字, \uD83D\uDE00");

            assertThat(hear(bob)).isEqualTo("ada: [2Jred");
            assertThat(hear(bob)).as("C1").isEqualTo("ada: 31mred");
            assertThat(hear(bob)).as("marks of direction").isEqualTo("ada: txt.exe");
            assertThat(hear(bob)).as("separators of lines").isEqualTo("ada: onetwo");
            assertThat(hear(bob)).as("what people write").isEqualTo("ada: äöü, 漢字, \uD83D\uDE00");
        }
    }

    @LoopTest
    void lineThatIsTooLongEndsTheConnection() throws Exception {
        try (ChatServer chat = ChatServer.start(ANY_PORT);
                TcpStream ada = enter(chat, "ada")) {
            ada.write("x".repeat(1002).getBytes(java.nio.charset.StandardCharsets.UTF_8));

            assertThat(hear(ada)).isEqualTo("* a line may have 1000 bytes; goodbye");
        }
    }

    /** Nobody waits for the guest that does not read: else the others would never get to the end. */
    @LoopTest
    void slowReaderMissesLinesAndSlowsNobody() throws Exception {
        ConnectOptions small =
                ConnectOptions.defaults().withSocket(SocketOptions.of(StandardSocketOptions.SO_RCVBUF, 4096));
        String text = "x".repeat(900);
        try (ChatServer chat = ChatServer.start(ANY_PORT);
                TcpStream slow = enter(chat, "slow", small);
                TcpStream ada = enter(chat, "ada");
                TcpStream bob = enter(chat, "bob")) {
            hear(ada);
            for (int i = 0; i < 12_000; i++) { // more than any system keeps in its buffers
                say(ada, i + text);
                assertThat(hear(bob)).isEqualTo("ada: " + i + text);
            }
            ada.closeOutput();

            String line = hear(slow);
            while (!line.startsWith("* you read too slowly")) {
                line = hear(slow);
            }
            assertThat(line).matches("\\* you read too slowly and have missed [1-9]\\d* lines");
            while (!line.equals("* ada has left")) {
                line = hear(slow);
            }
        }
    }

    @LoopTest
    void drainSaysGoodbyeAndEndsConnections() throws Exception {
        try (ChatServer chat = ChatServer.start(ANY_PORT);
                TcpStream ada = enter(chat, "ada");
                TcpStream unnamed = TcpStream.connect(chat.address())) {
            hear(unnamed);

            assertThat(chat.drain(Duration.ofSeconds(1))).isTrue();

            assertThat(hearAll(ada)).isEqualTo("* the server is going down; goodbye\n");
            assertThat(hearAll(unnamed)).isEmpty();
        }
    }
}
