package io.gyre.bench.servers;

import java.util.Arrays;

/**
 * Runs one server. Prints {@code version ...} and {@code port N}, answers what {@link Control} knows, and ends with its
 * standard input.
 */
public final class ServerMain {
    private ServerMain() {}

    /**
     * Serves until the end of the input.
     *
     * @param arguments the id of a {@link JavaServer}
     * @throws Exception if the server cannot listen
     */
    public static void main(String[] arguments) throws Exception {
        JavaServer kind = Arrays.stream(JavaServer.values())
                .filter(server -> server.id().equals(arguments[0]))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no server " + arguments[0]));
        Control.start();
        EchoServer server = kind.create();
        System.out.println("version " + server.version());
        server.serve(port -> System.out.println("port " + port));
    }
}
