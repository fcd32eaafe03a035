package io.gyre.loop.dump;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Writes JSON: objects, arrays, texts, numbers. What comes from outside is escaped here. */
final class Json {
    private final StringBuilder text = new StringBuilder();
    private boolean isFirst = true;

    /** {@return an object as text} */
    static String object(Consumer<Json> members) {
        var json = new Json();
        json.nested('{', members, '}');
        return json.text.toString();
    }

    private void nested(char open, Consumer<Json> content, char close) {
        text.append(open);
        isFirst = true;
        content.accept(this);
        text.append(close);
        isFirst = false;
    }

    private void separate() {
        if (!isFirst) {
            text.append(',');
        }
        isFirst = false;
    }

    private Json member(String name) {
        separate();
        quote(name);
        text.append(':');
        return this;
    }

    Json put(String name, @Nullable String value) {
        member(name);
        if (value == null) {
            text.append("null");
        } else {
            quote(value);
        }
        return this;
    }

    Json put(String name, long value) {
        member(name).text.append(value);
        return this;
    }

    Json put(String name, boolean value) {
        member(name).text.append(value);
        return this;
    }

    /** Puts an object, or null if there is none. */
    <T> Json put(String name, @Nullable T value, Content<T> content) {
        member(name);
        if (value == null) {
            text.append("null");
        } else {
            nested('{', json -> content.write(json, value), '}');
        }
        return this;
    }

    /** Puts an array of objects. */
    <T> Json putAll(String name, List<T> values, Content<T> content) {
        member(name);
        nested(
                '[',
                json -> values.forEach(value -> {
                    separate();
                    nested('{', _ -> content.write(json, value), '}');
                }),
                ']');
        return this;
    }

    /** Puts an array of texts. */
    Json putTexts(String name, List<String> values) {
        member(name);
        nested(
                '[',
                _ -> values.forEach(value -> {
                    separate();
                    quote(value);
                }),
                ']');
        return this;
    }

    /**
     * Writes the members of an object.
     *
     * @param <T> what the object tells
     */
    @FunctionalInterface
    interface Content<T> {
        void write(Json json, T value);
    }

    private void quote(String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"', '\\' -> text.append('\\').append(c);
                case '\n' -> text.append("\\n");
                default -> {
                    if (c >= ' ' && c < 0x7f) {
                        text.append(c);
                    } else {
                        escape(c);
                    }
                }
            }
        }
        text.append('"');
    }

    /** Everything but ASCII: so the text survives whatever encoding it is written in, and unpaired surrogates. */
    private void escape(char c) {
        text.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
            text.append(Character.forDigit((c >> shift) & 0xf, 16));
        }
    }
}
