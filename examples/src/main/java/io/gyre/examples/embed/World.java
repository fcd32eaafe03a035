package io.gyre.examples.embed;

import java.util.Map;
import java.util.TreeMap;

/** A street and who is where on it. Only one thread has it: the tasks that move people are carried by the one that draws. */
final class World {
    static final int WIDTH = 40;

    private final Map<Character, Integer> places = new TreeMap<>();
    private char next = 'A';

    /** {@return the letter of somebody new, in the middle} */
    char enter() {
        char who = next;
        next = next == 'Z' ? 'A' : (char) (next + 1);
        places.put(who, WIDTH / 2);
        return who;
    }

    void leave(char who) {
        places.remove(who);
    }

    /** Moves somebody to the left, {@code l}, or the right, {@code r}; other keys do nothing. */
    void move(char who, char key) {
        int step = key == 'l' ? -1 : key == 'r' ? 1 : 0;
        places.computeIfPresent(who, (letter, place) -> Math.clamp((long) place + step, 0, WIDTH - 1));
    }

    /** {@return the street as a line of text} */
    String draw() {
        var street = new StringBuilder(".".repeat(WIDTH));
        places.forEach((who, place) -> street.setCharAt(place, who));
        return street.toString();
    }
}
