package io.gyre.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

/** A port of which the system takes nothing for a number of times. On the loopback interface it always takes all. */
final class ReluctantPort extends DatagramPort {
    private int refusals;
    int attempts;

    private ReluctantPort(DatagramChannel channel, int refusals) throws IOException {
        super(channel);
        this.refusals = refusals;
    }

    static ReluctantPort bound(int refusals) throws IOException {
        DatagramChannel channel = DatagramChannel.open();
        channel.configureBlocking(false);
        channel.bind(TcpPair.loopback());
        return new ReluctantPort(channel, refusals);
    }

    @Override
    boolean send(ByteBuffer packet, InetSocketAddress target) throws IOException {
        attempts++;
        return --refusals < 0 && super.send(packet, target);
    }
}
