package io.gyre.net;

import io.gyre.loop.LowLevel;
import io.gyre.loop.TimeoutException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Collectors;

/** Thrown when no address of a host could be connected to. Lists what became of each. */
public final class ConnectFailedException extends ConnectException {
    private static final long serialVersionUID = 1;

    private final transient List<Attempt> attempts;

    /** Why a connection could not be made. */
    public enum Kind {
        /** Nobody listens there. */
        REFUSED,
        /** There is no way to the host or its network. */
        UNREACHABLE,
        /** Nobody has answered in time. */
        TIMED_OUT,
        /** The name has no address. */
        NO_SUCH_NAME,
        /** The address at this end ({@link ConnectOptions#local}) is taken, or not of this machine; the message has it. */
        LOCAL_ADDRESS,
        /** Another reason, which the message says. */
        OTHER;

        /**
         * {@return the kind of a failure to connect, whichever exception tells it}
         *
         * @param failure what a connect has thrown, or a cause of that
         */
        public static Kind of(Throwable failure) {
            return switch (failure) {
                case ConnectFailedException failed -> failed.kind();
                case UnknownHostException unknown -> NO_SUCH_NAME;
                case SocketTimeoutException late -> TIMED_OUT;
                case TimeoutException late -> TIMED_OUT;
                case BindException taken -> LOCAL_ADDRESS;
                case NoRouteToHostException noRoute -> UNREACHABLE;
                case ConnectException refused when says(refused, "timed out") -> TIMED_OUT;
                case ConnectException refused when says(refused, "refused") -> REFUSED;
                case SocketException lost when says(lost, "unreachable") -> UNREACHABLE;
                default -> OTHER;
            };
        }

        /** The JDK tells some kinds in words only. */
        private static boolean says(Throwable failure, String words) {
            return String.valueOf(failure.getMessage()).contains(words);
        }
    }

    /**
     * One address, and why it could not be connected to.
     *
     * @param address the address
     * @param failure the reason
     */
    public record Attempt(InetSocketAddress address, IOException failure) {
        /** {@return what kind of reason it is} */
        public Kind kind() {
            return Kind.of(failure);
        }

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

    /** {@return why the address that was tried last could not be connected to; {@link #attempts} has all of them} */
    public Kind kind() {
        return attempts.isEmpty() ? Kind.TIMED_OUT : attempts.getLast().kind();
    }

    /** {@return the addresses that were tried, in the order in which that was begun; none if there was no time for any} */
    public List<Attempt> attempts() {
        return attempts;
    }
}
