package io.gyre.bench.scale;

import io.gyre.bench.report.Report;
import io.gyre.bench.report.Report.Section;
import io.gyre.bench.report.Table;
import io.gyre.bench.results.Numbers;
import io.gyre.bench.results.Spread;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What a run says. */
public final class ScaleReport {
    private ScaleReport() {}

    static Report of(ScaleResults results) {
        var sections = new ArrayList<Section>();
        for (Part part : List.of(Part.TASKS, Part.TIMERS, Part.CONNECTIONS)) {
            List<Table> tables = growthQuestions(results)
                    .filter(question -> question.part() == part)
                    .map(question -> GrowthTable.of(results, question))
                    .toList();
            if (!tables.isEmpty()) {
                String title = capitalized(part);
                sections.add(new Section(part.toString(), title, "", tables));
            }
        }
        addTables(results, sections);
        sections.add(Section.ofEnvironment(results.environment()));
        return new Report("Scale, " + results.started(), summaryLines(results), sections, null);
    }

    private static void addTables(ScaleResults results, List<Section> sections) {
        if (hasAny(results, Part.LOOPS)) {
            sections.add(Section.of("loops", LoopsTable.of(results)));
        }
        if (hasAny(results, Part.MEMORY)) {
            sections.add(Section.of("memory", MemoryTable.of(results)));
        }
    }

    private static boolean hasAny(ScaleResults results, Part part) {
        return results.points().stream().anyMatch(point -> point.question().part() == part);
    }

    private static Stream<Question> growthQuestions(ScaleResults results) {
        return Arrays.stream(Question.values()).filter(Question::isGrowth).filter(results::has);
    }

    private static String capitalized(Part part) {
        String name = part.toString();
        return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
    }

    private static List<String> summaryLines(ScaleResults results) {
        var lines = new ArrayList<String>();
        if (results.isQuick()) {
            lines.add("A quick run: it shows that everything runs, and its figures and verdicts mean nothing.");
        }
        lines.add("Medians of the rounds, and their range in brackets. A ratio is taken within each round.");
        lines.add(goals(results));
        collecting(results, lines);
        results.failures()
                .forEach(failure ->
                        lines.add("FAILED: " + failure.lines().findFirst().orElse("")));
        return lines;
    }

    /** Of each question and each of ours. */
    private static String goals(ScaleResults results) {
        var met = new ArrayList<String>();
        var missed = new ArrayList<String>();
        growthQuestions(results).forEach(question -> results.variants(question).stream()
                .filter(Point::isOurs)
                .forEach(variant -> GrowthTable.growth(results, question, variant)
                        .ifPresent(growth -> (GrowthTable.isMet(growth) ? met : missed)
                                .add(variant + ", " + decapitalized(question.title()) + " ("
                                        + Numbers.plain(growth.median()) + ")"))));
        String text = "Goal, largest / smallest at most " + Numbers.plain(GrowthTable.GOAL) + ": " + met.size()
                + " met, " + missed.size() + " MISSED";
        return missed.isEmpty() ? text + "." : text + ": " + String.join("; ", missed) + ".";
    }

    private static String decapitalized(String title) {
        return title.substring(0, 1).toLowerCase(Locale.ROOT) + title.substring(1);
    }

    private static void collecting(ScaleResults results, List<String> lines) {
        List<Double> shares = results.points().stream()
                .flatMap(point -> Stream.ofNullable(point.figures().get(Figure.COLLECTING)))
                .toList();
        if (!shares.isEmpty()) {
            Spread spread = Spread.of(shares);
            lines.add("Collections of garbage took at most " + Numbers.percent(spread.max())
                    + " of the time of any figure of tasks and timers, and are contained in it; in the middle "
                    + Numbers.percent(spread.median()) + ".");
        }
    }
}
