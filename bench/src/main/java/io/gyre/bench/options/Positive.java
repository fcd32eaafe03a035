package io.gyre.bench.options;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Understands numbers from 1. */
final class Positive implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
        if (!text.matches("[1-9][0-9]{0,8}")) {
            throw new TypeConversionException("'" + text + "' is not a number greater than 0");
        }
        return Integer.valueOf(text);
    }
}
