package io.gyre.loop.internal.text;

/** A wrapper around a user's object. Messages name the user's object, and its class decides the class loader. */
@FunctionalInterface
public interface StandsFor {
    /** {@return the user's object} */
    Object original();

    /**
     * {@return the object behind a wrapper; any other object itself}
     *
     * @param object anything
     */
    static Object originalOf(Object object) {
        return object instanceof StandsFor wrapper ? wrapper.original() : object;
    }
}
