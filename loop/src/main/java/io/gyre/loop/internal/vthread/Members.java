package io.gyre.loop.internal.vthread;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.lang.invoke.WrongMethodTypeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Looks up members of the JDK that are not public, and remembers by name which of them are missing. */
final class Members {
    /*
     * Design.
     *
     * The handles belong into static final fields, which the JIT treats as constants. A static initialiser must not
     * throw: whoever needs the class next learns nothing but that it could not be initialised. So a missing member
     * becomes a handle that throws, and the start of a loop says what is missing.
     */

    /** Names members that count as missing, separated by commas: what a JDK to come may look like. For tests. */
    static final String HIDDEN = "io.gyre.loop.hiddenJdkMembers";

    private final Set<String> hidden =
            Set.copyOf(List.of(System.getProperty(HIDDEN, "").split(",")));
    private final String purpose;
    private final List<String> missing = new ArrayList<>();
    private @Nullable Throwable cause;

    /**
     * Begins an empty set.
     *
     * @param purpose what rests on the members, for the message
     */
    Members(String purpose) {
        this.purpose = purpose;
    }

    /** Finds a member in a class, with full access to the class. */
    @FunctionalInterface
    interface Finder {
        MethodHandle find(Lookup lookup, Class<?> owner, String name) throws ReflectiveOperationException;
    }

    /**
     * {@return a handle of a member; it throws if the member is missing}
     *
     * @param owner the name of the class
     * @param name the name of the member
     * @param type the type of the handle, in public types
     * @param finder finds the member
     */
    MethodHandle find(String owner, String name, MethodType type, Finder finder) {
        String member = owner + "." + name;
        try {
            if (hidden.contains(member)) {
                throw new NoSuchMethodException(member);
            }
            Class<?> in = Class.forName(owner);
            return finder.find(MethodHandles.privateLookupIn(in, MethodHandles.lookup()), in, name)
                    .asType(type);
        } catch (ReflectiveOperationException | WrongMethodTypeException e) {
            addMissing(member, e);
            return throwing(type);
        }
    }

    /**
     * {@return what a handle returns, or null if its member is missing}
     *
     * @param handle a result of {@link #find} without parameters, of type Object
     */
    @Nullable
    Object get(MethodHandle handle) {
        try {
            return (Object) handle.invokeExact();
        } catch (Throwable e) {
            if (isComplete()) {
                addMissing("the value of " + handle, e);
            }
            return null;
        }
    }

    void addMissing(String member, Throwable why) {
        missing.add(member);
        if (cause == null) {
            cause = why;
        } else {
            cause.addSuppressed(why);
        }
    }

    boolean isComplete() {
        return missing.isEmpty();
    }

    /** {@return what is missing, and what rests on it} */
    String description() {
        return "JDK " + Runtime.version() + " lacks " + String.join(", ", missing) + ", on which " + purpose + " rests";
    }

    /** Throws if a member is missing. */
    void requireAll() {
        if (!isComplete()) {
            throw failure();
        }
    }

    IllegalStateException failure() {
        RequiredFlag.check(); // without it everything is missing
        return new IllegalStateException(
                description() + ". Use a later release of Gyre, or an older JDK from 25 on.", cause);
    }

    @Nullable
    Throwable cause() {
        return cause;
    }

    private MethodHandle throwing(MethodType type) {
        try {
            MethodHandle failure =
                    MethodHandles.lookup().bind(this, "failure", MethodType.methodType(IllegalStateException.class));
            MethodHandle thrower = MethodHandles.throwException(type.returnType(), IllegalStateException.class);
            return MethodHandles.dropArguments(MethodHandles.foldArguments(thrower, failure), 0, type.parameterList());
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("Members.failure", e);
        }
    }
}
