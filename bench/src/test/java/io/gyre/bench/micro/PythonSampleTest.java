package io.gyre.bench.micro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class PythonSampleTest {
    @Test
    void lineOfAProcessIsRead() throws IOException {
        String line = """
                {"loop": "uvloop", "operation": "switch", "unit": "ns", "median": 1.5, "repetitions": [1.0, 1.5, 3]}""";

        PythonLoop.Sample sample = PythonLoop.Sample.parse(line);

        assertThat(sample).isEqualTo(new PythonLoop.Sample("uvloop", "switch", "ns", 1.5, List.of(1.0, 1.5, 3.0)));
        assertThat(sample.label()).isEqualTo("uvloop switch");
    }

    @Test
    void anythingElseIsRefused() {
        assertThatIOException().isThrownBy(() -> PythonLoop.Sample.parse("Traceback (most recent call last):"));
        assertThatIOException().isThrownBy(() -> PythonLoop.Sample.parse("""
                        {"loop": "uvloop", "operation": "switch", "unit": "ns", "repetitions": []}""")).withMessageContaining("median");
    }
}
