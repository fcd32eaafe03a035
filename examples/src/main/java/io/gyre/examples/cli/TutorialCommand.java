package io.gyre.examples.cli;

import io.gyre.examples.tutorial.Tutorial;
import io.gyre.examples.tutorial.Tutorial.Example;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Runs an example of the tutorial, or lists them. */
@Command(
        name = "tutorial",
        mixinStandardHelpOptions = true,
        description = "The examples of an asyncio tutorial, in Java. Without a number: lists them.")
final class TutorialCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            arity = "0..1",
            paramLabel = "NUMBER",
            description = "Chapter and number of an example, such as 3.4-1.",
            converter = ExampleConverter.class)
    private @Nullable Example example;

    /** Finds an example by its number. */
    static final class ExampleConverter implements ITypeConverter<Example> {
        @Override
        public Example convert(String number) {
            Optional<Example> found = Tutorial.examples().stream()
                    .filter(each -> each.number().equals(number))
                    .findFirst();
            return found.orElseThrow(() -> new TypeConversionException("there is no example " + number + ", only "
                    + Tutorial.examples().stream().map(Example::number).collect(Collectors.joining(", "))));
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        if (example == null) {
            Tutorial.examples().forEach(each -> out.println(each.number() + "  " + each.title()));
        } else {
            example.run(line -> {
                out.println(line);
                out.flush();
            });
        }
        out.flush();
        return 0;
    }
}
