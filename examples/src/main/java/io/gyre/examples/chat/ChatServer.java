package io.gyre.examples.chat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.gyre.loop.TaskGroup;
import io.gyre.loop.sync.Broadcast;
import io.gyre.loop.sync.Overflow;
import io.gyre.loop.sync.Receiver;
import io.gyre.net.LimitExceededException;
import io.gyre.net.TcpServer;
import io.gyre.net.TcpStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * A chat server: every message goes to all other guests.
 *
 * <p>What this example shows:
 *
 * <ul>
 *   <li>A {@link Broadcast} has a buffer for each subscriber. When a slow reader's buffer is full, its oldest lines are
 *       dropped ({@link Overflow#DROP_OLDEST}), and the reader is told how many. So a speaker never waits for a
 *       listener.
 *   <li>A connection that is read and written at the same time is two tasks in a {@link TaskGroup}: when one task ends
 *       or fails, the other ends, too, and none is left over.
 *   <li>A graceful shutdown: {@link #drain} says goodbye and waits until the guests have read it.
 * </ul>
 */
public final class ChatServer implements AutoCloseable {
    private static final int MAX_LINE_BYTES = 1000;

    private final Room room = new Room();
    private final TcpServer server;

    private ChatServer(InetSocketAddress address) throws IOException {
        server = TcpServer.serve(address, this::serve);
    }

    /**
     * Opens a room.
     *
     * @param address the address to listen on
     * @return the listening server
     * @throws IOException if the address is in use
     */
    public static ChatServer start(InetSocketAddress address) throws IOException {
        return new ChatServer(address);
    }

    /** {@return the address of the server} */
    public InetSocketAddress address() {
        return server.address();
    }

    private void serve(TcpStream client) throws IOException {
        try {
            Optional<String> name = askName(client);
            if (name.isPresent()) {
                chat(name.get(), client);
            }
        } catch (LimitExceededException chatterbox) {
            client.write(bytes("* a line may have " + MAX_LINE_BYTES + " bytes; goodbye"));
        }
    }

    private Optional<String> askName(TcpStream client) throws IOException {
        client.write(bytes("* your name?"));
        for (; ; ) {
            Optional<String> name = client.readLine(MAX_LINE_BYTES).map(String::strip);
            if (name.isEmpty()) {
                return name;
            }
            if (!name.get().matches("\\w{1,20}")) {
                client.write(bytes("* 1 to 20 letters, digits or _, please; your name?"));
            } else if (room.enter(name.get())) {
                return name;
            } else {
                client.write(bytes("* " + name.get() + " is here already; your name?"));
            }
        }
    }

    private void chat(String name, TcpStream client) throws IOException {
        try (Receiver<Room.Line> lines = room.lines()) {
            client.write(bytes("* here: " + room.guests()));
            room.say(name, "* " + name + " has joined");
            TaskGroup.run(group -> {
                group.createTask("lines for " + name, () -> {
                    // lines that arrive together are sent together
                    Room.show(lines, name, line -> client.writeBuffered(bytes(line)));
                    group.cancel("the room was closed");
                });
                listen(name, client);
                if (!room.isClosed()) { // otherwise the goodbye may still be on its way
                    group.cancel(name + " has left");
                }
            });
        } finally {
            room.leave(name);
            room.say(name, "* " + name + " has left");
        }
    }

    private void listen(String name, TcpStream client) throws IOException {
        Optional<String> line = client.readLine(MAX_LINE_BYTES);
        while (line.isPresent()) {
            room.say(name, name + ": " + line.get());
            line = client.readLine(MAX_LINE_BYTES);
        }
    }

    private static byte[] bytes(String line) {
        return (line + "\n").getBytes(UTF_8);
    }

    /**
     * Says goodbye to all guests. Suspends until they have read it, or the time is up.
     *
     * @param limit the longest time for it
     * @return whether it finished in time
     */
    public boolean drain(Duration limit) {
        server.stopAccepting();
        room.say("", "* the server is going down; goodbye");
        room.close();
        return server.drain(limit);
    }

    /** Aborts all connections. */
    @Override
    public void close() {
        server.close();
    }
}
