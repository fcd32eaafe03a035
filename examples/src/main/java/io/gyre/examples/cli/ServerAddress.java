package io.gyre.examples.cli;

import picocli.CommandLine.Option;

/** Shared by the commands of all clients: the address of the server. */
final class ServerAddress {
    @Option(
            names = "--host",
            description = "Where the server is. Default: ${DEFAULT-VALUE}",
            defaultValue = "127.0.0.1")
    private String host = "";

    @Option(
            names = "--port",
            description = "Where the server is. Default: ${DEFAULT-VALUE}",
            defaultValue = "7007",
            converter = PortConverter.class)
    private int port;

    String host() {
        return host;
    }

    int port() {
        return port;
    }
}
