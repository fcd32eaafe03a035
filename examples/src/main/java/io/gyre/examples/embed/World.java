package io.gyre.examples.embed;

import java.util.Map;
import java.util.TreeMap;

/** A street and the people on it. Only one thread uses it: the tasks that move people run on the thread that draws. */
final class World {
    static final int WIDTH = 40;

    private final Map<Character, Integer> places = new TreeMap<>();
    private char next = 'A';

    /** {@return the letter of a new person, in the middle of the street} */
    char enter() {
        char who = next;
        next = next == 'Z' ? 'A' : (char) (next + 1);
        places.put(who, WIDTH / 2);
        return who;
    }

    void leave(char who) {
        places.remove(who);
    }

    /** Moves a person to the left ({@code l}) or right ({@code r}); other keys do nothing. */
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
