package io.gyre.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class AddressesTest {
    private static List<InetAddress> addresses(String... literals) {
        return Stream.of(literals).map(InetAddress::ofLiteral).toList();
    }

    @Test
    void addressesAreWrittenAsOneWritesThem() {
        assertThat(Addresses.text(new InetSocketAddress(InetAddress.ofLiteral("10.0.0.1"), 80)))
                .isEqualTo("10.0.0.1:80");
        assertThat(Addresses.text(new InetSocketAddress(InetAddress.ofLiteral("::1"), 80)))
                .isEqualTo("[0:0:0:0:0:0:0:1]:80");
        assertThat(Addresses.text(InetSocketAddress.createUnresolved("example.org", 80)))
                .isEqualTo("example.org:80");
    }

    @Test
    void kindsOfAddressesTakeTurnsBeginningWithThatOfTheFirst() {
        assertThat(Addresses.interleaved(addresses("::1", "::2", "::3", "10.0.0.1", "10.0.0.2")))
                .isEqualTo(addresses("::1", "10.0.0.1", "::2", "10.0.0.2", "::3"));
        assertThat(Addresses.interleaved(addresses("10.0.0.1", "::1", "::2")))
                .isEqualTo(addresses("10.0.0.1", "::1", "::2"));
    }

    @Test
    void oneKindKeepsItsOrder() {
        assertThat(Addresses.interleaved(addresses("10.0.0.2", "10.0.0.1")))
                .isEqualTo(addresses("10.0.0.2", "10.0.0.1"));
        assertThat(Addresses.interleaved(List.of())).isEmpty();
    }
}
