package io.gyre.bench.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class FootprintTest {
    @Test
    void kibibytesBecomeBytes() throws IOException {
        assertThat(Footprint.bytes("VmRSS", "VmHWM:\t  9 kB\nVmRSS:\t   3 kB\nRssAnon:\t 1 kB\n"))
                .isEqualTo(3 * 1024);
        assertThatThrownBy(() -> Footprint.bytes("Pss", "Rss: 1 kB\n")).hasMessageContaining("does not tell Pss");
    }

    @Test
    void ofThisProcessIsKnown() throws IOException {
        assertThat(Footprint.afterCollection().residentBytes()).isGreaterThan(1 << 20);
    }

    @Test
    void growthIsWhatHasBeenAdded() {
        var before = new Footprint(1, 2, 3, 4L);

        assertThat(new Footprint(11, 22, 33, 44L).since(before)).isEqualTo(new Footprint(10, 20, 30, 40L));
        assertThat(new Footprint(11, 22, 33, null).since(before).proportionalBytes())
                .isNull();
    }
}
