package io.gyre.net;

import io.gyre.loop.LowLevel;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Collectors;

/** Thrown when no address of a host could be connected to. Lists what became of each. */
public final class ConnectFailedException extends ConnectException {
    private static final long serialVersionUID = 1;

    private final transient List<Attempt> attempts;

    /**
     * One address, and why it could not be connected to.
     *
     * @param address the address
     * @param failure the reason
     */
    public record Attempt(InetSocketAddress address, IOException failure) {
        @Override
        public String toString() {
            return Addresses.text(address) + " (" + LowLevel.describe(failure.getMessage()) + ")";
        }
    }

    ConnectFailedException(String what, List<Attempt> attempts) {
        super(attempts.stream()
                .map(Attempt::toString)
                .collect(Collectors.joining(", ", attempts.isEmpty() ? what : what + ": ", "")));
        this.attempts = List.copyOf(attempts);
        attempts.stream().map(Attempt::failure).findFirst().ifPresent(this::initCause);
        attempts.stream().skip(1).map(Attempt::failure).forEach(this::addSuppressed);
    }

    /** {@return the addresses that were tried, in the order in which that was begun; none if there was no time for any} */
    public List<Attempt> attempts() {
        return attempts;
    }
}
