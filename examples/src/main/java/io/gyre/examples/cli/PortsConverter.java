package io.gyre.examples.cli;

import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Ports and ranges of ports: {@code 22,80,8000-8080}. */
final class PortsConverter implements ITypeConverter<PortsConverter.Ports> {
    private static final int HIGHEST = 65535;

    /** The ports in order, without duplicates. */
    record Ports(List<Integer> each) {}

    @Override
    public Ports convert(String text) {
        var ports = new TreeSet<Integer>();
        for (String range : text.split(",", -1)) {
            if (!range.matches("\\d{1,5}(-\\d{1,5})?")) {
                throw complaint(range);
            }
            int dash = range.indexOf('-');
            int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
            int last = Integer.parseInt(range.substring(dash + 1));
            if (first < 1 || last > HIGHEST || first > last) {
                throw complaint(range);
            }
            IntStream.rangeClosed(first, last).forEach(ports::add);
        }
        return new Ports(List.copyOf(ports));
    }

    private static TypeConversionException complaint(String range) {
        return new TypeConversionException(
                "'" + range + "' is no port from 1 to " + HIGHEST + ", and no range of them");
    }
}
