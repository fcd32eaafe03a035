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
import java.net.UnknownServiceException;
import java.util.List;
import java.util.stream.Collectors;

/** Thrown when no address of a host accepts a connection. Lists every attempt. */
public final class ConnectFailedException extends ConnectException {
    private static final long serialVersionUID = 1;

    private final transient List<Attempt> attempts;

    /** Why a connection failed. */
    public enum Kind {
        /** Nothing listens there. */
        REFUSED,
        /** There is no route to the host or its network. */
        UNREACHABLE,
        /** No answer arrived in time. */
        TIMED_OUT,
        /** The name has no address. */
        NO_SUCH_NAME,
        /** The service has no port. */
        NO_SUCH_SERVICE,
        /** The local address ({@link ConnectOptions#local}) is in use or not of this machine; the message has it. */
        LOCAL_ADDRESS,
        /** Another reason; see the message. */
        OTHER;

        /**
         * {@return the kind of a connect failure, whichever exception reports it}
         *
         * @param failure the exception of a connect, or a cause of it
         */
        public static Kind of(Throwable failure) {
            return switch (failure) {
                case ConnectFailedException failed -> failed.kind();
                case UnknownHostException unknown -> NO_SUCH_NAME;
                case UnknownServiceException unknown -> NO_SUCH_SERVICE;
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

        /** The JDK reports some kinds only in the message. */
        private static boolean says(Throwable failure, String words) {
            return String.valueOf(failure.getMessage()).contains(words);
        }
    }

    /**
     * One address, and why the attempt to connect to it failed.
     *
     * @param address the address
     * @param failure the reason
     */
    public record Attempt(InetSocketAddress address, IOException failure) {
        /** {@return the kind of the failure} */
        public Kind kind() {
            return Kind.of(failure);
        }

        private String reason() {
            return LowLevel.describe(failure.getMessage());
        }

        @Override
        public String toString() {
            return Addresses.text(address) + " (" + reason() + ")";
        }
    }

    /**
     * @param what the failure, with the target
     * @param targetIsAddress whether the target is the only address, and not a name of it
     */
    ConnectFailedException(String what, boolean targetIsAddress, List<Attempt> attempts) {
        super(attempts.stream()
                .map(targetIsAddress ? Attempt::reason : Attempt::toString)
                .collect(Collectors.joining(", ", attempts.isEmpty() ? what : what + ": ", "")));
        this.attempts = List.copyOf(attempts);
        attempts.stream().map(Attempt::failure).findFirst().ifPresent(this::initCause);
        attempts.stream().skip(1).map(Attempt::failure).forEach(this::addSuppressed);
    }

    /** {@return why the last attempt failed; {@link #attempts} has all of them} */
    public Kind kind() {
        return attempts.isEmpty() ? Kind.TIMED_OUT : attempts.getLast().kind();
    }

    /** {@return the addresses tried, in the order of their start; empty if time ran out before the first} */
    public List<Attempt> attempts() {
        return attempts;
    }
}
