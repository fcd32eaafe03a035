package io.gyre.loop.internal.text;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Descriptions for objects whose {@code toString} is the name of an internal class and a hash. */
final class JdkWords {
    /** A flag of {@link Class#getModifiers}; its named constant is in a class of reflection. */
    private static final int PUBLIC = 1;

    private static final Pattern LAMBDA = Pattern.compile("([\\w.$]+)\\$\\$Lambda[\\w/.]*@[0-9a-f]+");

    private static final Pattern OBJECT_OF_JDK =
            Pattern.compile("\\b(?:java|javax|jdk|sun)(?:\\.\\w+)+(?:\\$\\w+)*?[.$](\\w+)@[0-9a-f]+");

    private JdkWords() {}

    /**
     * {@return a description of an array, a lambda or an object of the JDK; null if its {@code toString} is good
     * enough}
     */
    static @Nullable String of(Object object) {
        Class<?> type = object.getClass();
        if (type.isArray()) {
            return withArticle(type.getComponentType().getSimpleName()) + "[] of length " + lengthOf(object);
        }
        if (type.isHidden()) {
            String name = Describe.className(type);
            return name.equals(type.getName()) ? null : "a lambda of " + name;
        }
        return Describe.isOfJdk(type) && !(object instanceof String) && !(object instanceof Throwable)
                ? ofJdk(object)
                : null;
    }

    private static @Nullable String ofJdk(Object object) {
        return switch (object) {
            case Thread thread -> ofThread(thread);
            case Process process -> "process " + process.pid();
            case ProcessHandle process -> "process " + process.pid();
            case SelectionKey key -> "the selection key of " + Describe.object(key.channel());
            case InetSocketAddress address -> wordsOf(address);
            case ServerSocketChannel socket -> "a server socket channel" + placeOf(socket);
            case DatagramChannel socket -> "a datagram channel" + placeOf(socket);
            default -> {
                String state = stateIn(String.valueOf(object), object.getClass());
                yield state == null ? null : kindOf(object) + state;
            }
        };
    }

    private static String placeOf(NetworkChannel channel) {
        try {
            SocketAddress local = channel.getLocalAddress();
            return local == null ? " (unbound)" : " on " + Describe.object(local);
        } catch (IOException noLongerOpen) {
            return " (closed)";
        }
    }

    /** {@return the address in its usual notation} Whether a name belongs to it is often a matter of what was asked before. */
    private static String wordsOf(InetSocketAddress address) {
        String host = address.isUnresolved()
                ? address.getHostString()
                : address.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    private static String ofThread(Thread thread) {
        String kind = thread.isVirtual() ? "virtual thread " : "thread ";
        String name = thread.getName();
        return kind + (name.isEmpty() ? "#" + thread.threadId() : "'" + name + "'");
    }

    private static String kindOf(Object object) {
        return switch (object) {
            case FileChannel _ -> "a file channel";
            case SocketChannel _ -> "a socket channel";
            case Pipe.SourceChannel _ -> "the reading end of a pipe";
            case Pipe.SinkChannel _ -> "the writing end of a pipe";
            case Selector _ -> "a selector";
            case ByteBuffer _ -> "a ByteBuffer"; // a direct buffer is not a mapped file, despite the name of its class
            default -> withArticle(knownNameOf(object.getClass()));
        };
    }

    /**
     * {@return the text behind the class name and the hash, in parentheses; null if the text does not begin with such a
     * name} Some classes of the JDK print the name of their superclass.
     */
    private static @Nullable String stateIn(String words, Class<?> type) {
        for (Class<?> named = type; named != null; named = named.getSuperclass()) {
            String name = named.getName();
            if (words.startsWith(name) && words.length() > name.length()) {
                char next = words.charAt(name.length());
                if (next == '@' || next == '[') {
                    return inParentheses(withoutHashesInside(withoutHash(words.substring(name.length()))));
                }
            }
        }
        return null;
    }

    private static String withoutHash(String rest) {
        int end = 0;
        if (rest.charAt(0) == '@') {
            end = 1;
            while (end < rest.length() && Character.digit(rest.charAt(end), 16) >= 0) {
                end++;
            }
        }
        return rest.substring(end);
    }

    /** The state of an object may name other objects: a FutureTask names its body. */
    private static String withoutHashesInside(String state) {
        String lambdas = LAMBDA.matcher(state).replaceAll("a lambda of $1");
        return OBJECT_OF_JDK.matcher(lambdas).replaceAll("$1");
    }

    private static String inParentheses(String state) {
        boolean bracketed = state.startsWith("[") && state.endsWith("]");
        return bracketed ? " (" + state.substring(1, state.length() - 1) + ")" : state;
    }

    /** {@return the name of the class, or of its nearest superclass that programs may use} */
    private static String knownNameOf(Class<?> type) {
        for (Class<?> known = type; known != null && known != Object.class; known = known.getSuperclass()) {
            if (isKnown(known)) {
                return known.getSimpleName();
            }
            for (Class<?> face : known.getInterfaces()) {
                if (isKnown(face) && known.getSuperclass() == Object.class) {
                    return face.getSimpleName();
                }
            }
        }
        return type.getSimpleName();
    }

    private static boolean isKnown(Class<?> type) {
        return (type.getModifiers() & PUBLIC) != 0 && type.getModule().isExported(type.getPackageName());
    }

    private static String withArticle(String noun) {
        boolean vowel = !noun.isEmpty() && "AEIOaeio".indexOf(noun.charAt(0)) >= 0;
        return (vowel ? "an " : "a ") + noun;
    }

    private static int lengthOf(Object array) {
        return switch (array) {
            case byte[] bytes -> bytes.length;
            case char[] chars -> chars.length;
            case short[] shorts -> shorts.length;
            case int[] ints -> ints.length;
            case long[] longs -> longs.length;
            case float[] floats -> floats.length;
            case double[] doubles -> doubles.length;
            case boolean[] booleans -> booleans.length;
            default -> ((Object[]) array).length;
        };
    }
}
