package io.gyre.net.tls;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A password, which no message shows. */
final class Password {
    private final char[] characters;

    Password(char[] characters) {
        this.characters = characters.clone();
    }

    /** {@return the characters, which the caller must not change} */
    char[] characters() {
        return characters;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Password password && Arrays.equals(characters, password.characters);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(characters);
    }

    @Override
    public String toString() {
        return "***";
    }
}
