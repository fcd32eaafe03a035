package io.gyre.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** A program of its own, with descriptors of its own: holds connections that say nothing until its standard input ends. */
final class ManyClients {
    private ManyClients() {}

    public static void main(String[] args) throws IOException {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
        int count = Integer.parseInt(args[1]);
        List<SocketChannel> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            clients.add(SocketChannel.open(address));
        }
        System.out.println("connected " + clients.size());
        int end = System.in.read();
        System.exit(end < 0 ? 0 : 1);
    }
}
