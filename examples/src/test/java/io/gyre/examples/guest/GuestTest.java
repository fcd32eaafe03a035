package io.gyre.examples.guest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class GuestTest {
    /** A host that is polled would handle thousands of events while the client waits. */
    @Test
    void thousandRoundTripsCostTheUserInterfaceAnEventOrTwoEach() throws Exception {
        int trips = 1_000;

        RoundTrips.Comparison measured = RoundTrips.compare(trips);

        assertThat(measured.ownLoop().getTotalCount()).isEqualTo(trips);
        assertThat(measured.guest().getTotalCount()).isEqualTo(trips);
        assertThat(measured.shown()).isEqualTo("1000 round trips");
        assertThat(measured.events()).isBetween(1L, 2L * trips + 100);
    }
}
