package io.gyre.bench.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessCpuTest {
    @TempDir
    Path process;

    @Test
    void threadsAreReadEachByItself() throws IOException {
        writeStat("(java)", 12, 30);
        writeThread(17, "123456789 5 6\n");
        writeThread(18, "1000 0 1\n");

        assertThat(ProcessCpu.read(process)).isEqualTo(new ProcessCpu(Map.of(17L, 123456789L, 18L, 1000L), 12, 30));
    }

    @Test
    void nameWithBlanksAndBracketsDoesNotShiftTheFields() throws IOException {
        writeStat("(a) R (b c)", 7, 8);
        Files.createDirectory(process.resolve("task"));

        assertThat(ProcessCpu.read(process)).isEqualTo(new ProcessCpu(Map.of(), 7, 8));
    }

    @Test
    void threadThatHasJustEndedHasNoTimes() throws IOException {
        writeStat("(java)", 1, 1);
        Files.createDirectories(process.resolve("task").resolve("17"));

        assertThat(ProcessCpu.read(process).threadNanos()).isEqualTo(Map.of(17L, 0L));
    }

    @Test
    void sumIsOfTheThreadsAndTicksDivideIt() {
        var before = new ProcessCpu(Map.of(1L, 1000L), 10, 10);
        var after = new ProcessCpu(Map.of(1L, 5000L, 2L, 4000L), 11, 13);

        ProcessCpu.Times used = after.since(before);

        assertThat(used.totalNanos()).isCloseTo(8000, within(1e-6));
        assertThat(used.userNanos()).isCloseTo(2000, within(1e-6));
        assertThat(used.systemNanos()).isCloseTo(6000, within(1e-6));
    }

    @Test
    void threadThatEndedMeanwhileTakesNothingAway() {
        var before = new ProcessCpu(Map.of(1L, 1000L, 2L, 900_000L), 10, 10);
        var after = new ProcessCpu(Map.of(1L, 5000L), 11, 10);

        assertThat(after.since(before).totalNanos()).isCloseTo(4000, within(1e-6));
    }

    @Test
    void thisJvmHasTimes() throws IOException {
        ProcessCpu cpu = ProcessCpu.of(ProcessHandle.current().pid());

        assertThat(cpu.threadNanos().values()).anyMatch(nanos -> nanos > 0);
        assertThat(cpu.userTicks() + cpu.systemTicks()).isPositive();
    }

    private void writeStat(String name, long userTicks, long systemTicks) throws IOException {
        Files.writeString(
                process.resolve("stat"),
                "17 " + name + " S 1 17 17 0 -1 4194304 100 0 0 0 " + userTicks + " " + systemTicks
                        + " 0 0 20 0 2 0 5\n");
    }

    private void writeThread(int id, String schedstat) throws IOException {
        Path thread = Files.createDirectories(process.resolve("task").resolve(Integer.toString(id)));
        Files.writeString(thread.resolve("schedstat"), schedstat);
    }
}
