package io.gyre.loop.internal.text;

/** A wrapper of ours around an object of the user's, which is what messages name and class loaders are asked of. */
@FunctionalInterface
public interface StandsFor {
    /** {@return the object of the user's} */
    Object original();

    /**
     * {@return what an object stands for, which is mostly itself}
     *
     * @param object anything
     */
    static Object originalOf(Object object) {
        return object instanceof StandsFor wrapper ? wrapper.original() : object;
    }
}
