package io.gyre.net.dns;

import io.gyre.loop.LowLevel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Asks the system, on the threads of the loop's {@link LookupPool}. */
final class SystemResolver implements Resolver {
    static final SystemResolver INSTANCE = new SystemResolver();

    private SystemResolver() {}

    @Override
    public List<InetAddress> resolve(String host) throws IOException {
        try {
            return List.of(LookupPool.lookUp(host));
        } catch (UnknownHostException unknown) {
            var named = new UnknownHostException(
                    "cannot resolve '" + LowLevel.describe(host) + "' (" + LowLevel.describe(unknown.getMessage())
                            + "). Check the spelling, and that this machine reaches its name servers.");
            named.initCause(unknown);
            throw named;
        }
    }

    @Override
    public String reverse(InetAddress address) throws IOException {
        // A copy: the JDK would answer from the name cached in the given object, and store its own answer there.
        InetAddress copy = InetAddress.getByAddress(address.getAddress());
        String name = LookupPool.nameOf(copy);
        if (name.equals(copy.getHostAddress())) { // the JDK's way to say that there is no name
            throw new UnknownHostException(address.getHostAddress()
                    + " has no name that leads back to it. Show the address itself, or look at its PTR record.");
        }
        return name;
    }

    @Override
    public int port(String service, Protocol protocol) throws IOException {
        return ServicesFile.SYSTEM.port(new Service(service, protocol));
    }

    @Override
    public String toString() {
        return "Resolver[system]";
    }
}
