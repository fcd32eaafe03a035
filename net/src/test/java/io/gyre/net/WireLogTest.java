package io.gyre.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.testing.LoopTest;
import io.gyre.net.testing.MemoryStream;
import io.gyre.net.testing.StreamPair;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

final class WireLogTest {
    /** Keeps what is logged from a level on. */
    private record KeptLog(Level level, List<String> messages) implements Logger {
        @Override
        public String getName() {
            return "wire";
        }

        @Override
        public boolean isLoggable(Level asked) {
            return asked.getSeverity() >= level.getSeverity();
        }

        @Override
        public void log(Level at, @Nullable ResourceBundle bundle, @Nullable String text, @Nullable Throwable thrown) {
            messages.add(at + " " + text);
        }

        @Override
        public void log(
                Level at, @Nullable ResourceBundle bundle, @Nullable String format, Object @Nullable ... values) {
            messages.add(at + " " + format);
        }
    }

    @LoopTest
    void bytesAreLoggedInHexadecimalAndAsText() throws Exception {
        StreamPair<MemoryStream> pair = MemoryStream.pair();
        var log = new KeptLog(Level.DEBUG, new ArrayList<>());
        pair.left().setWireLog(WireLog.hexDump(log, Level.DEBUG));
        pair.right().setWireLog(WireLog.hexDump(log, Level.INFO));

        pair.left().write("GET / HTTP/1.1\r\n\r\n\u007f".getBytes(US_ASCII));
        pair.right().readExactly(19);

        String newLine = System.lineSeparator();
        String dump = newLine + "00000000  47 45 54 20 2f 20 48 54 54 50 2f 31 2e 31 0d 0a  GET / HTTP/1.1.." + newLine
                + "00000010  0d 0a 7f                                         ...";
        assertThat(log.messages)
                .containsExactly(
                        "DEBUG " + pair.left() + " sent 19 bytes" + dump,
                        "INFO " + pair.right() + " received 19 bytes" + dump);
    }

    @LoopTest
    void nothingIsLoggedBelowTheLevelOrWhenTheLogIsTakenAway() throws Exception {
        StreamPair<MemoryStream> pair = MemoryStream.pair();
        var log = new KeptLog(Level.INFO, new ArrayList<>());
        pair.left().setWireLog(WireLog.hexDump(log, Level.DEBUG));
        pair.right().setWireLog(WireLog.hexDump(log, Level.INFO));
        pair.right().setWireLog(null);

        pair.left().write("hello".getBytes(US_ASCII));
        pair.right().readExactly(5);

        assertThat(log.messages).isEmpty();
    }
}
