package io.gyre.loop;

import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_DAY;
import static io.gyre.loop.Durations.ONE_SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.spi.Failure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class SuperviseTest {
    @AutoClose
    private final HandDrivenLoop driven = HandDrivenLoop.idleAtTheEnd();

    private final List<String> log = new ArrayList<>();
    private final Exception boom = new IOException("boom");

    @Test
    void failureOfATaskLeavesSiblingsAndBlockAlone() {
        driven.start(() -> TaskGroup.supervise(group -> {
            group.createTask(() -> {
                throw boom;
            });
            group.createTask(() -> {
                sleep(ONE_SECOND);
                log.add("sibling done");
            });
            sleep(ONE_SECOND);
            log.add("block done");
        }));

        driven.advance(ONE_SECOND);

        assertThat(log).containsExactlyInAnyOrder("sibling done", "block done");
        assertThat(driven.takeFailures()).extracting(Failure::exception).containsExactly(boom);
    }

    @Test
    void failureThatSomebodyAwaitsIsNotReported() {
        driven.run(() -> TaskGroup.supervise(group -> {
            Task<?> task = group.createTask(() -> {
                throw boom;
            });
            assertThatExceptionOfType(CompletionException.class)
                    .isThrownBy(task::await)
                    .withCause(boom);
        }));

        assertThat(driven.takeFailures()).isEmpty();
    }

    @Test
    void eachFailureIsReported() {
        driven.run(() -> TaskGroup.supervise(group -> {
            for (int i = 0; i < 3; i++) {
                group.createTask(() -> {
                    throw boom;
                });
            }
        }));

        assertThat(driven.takeFailures()).hasSize(3);
    }

    @Test
    void failureOfTheBlockCancelsTheTasks() {
        driven.run(() -> assertThatThrownBy(() -> TaskGroup.supervise(group -> {
                    group.createTask(() -> {
                        try {
                            sleep(ONE_DAY);
                        } finally {
                            log.add("cleaned up");
                        }
                    });
                    yieldNow();
                    throw boom;
                }))
                .isSameAs(boom));

        assertThat(log).containsExactly("cleaned up");
    }

    @Test
    void cancelEndsIt() {
        driven.run(() -> {
            TaskGroup.supervise(group -> {
                group.createTask(() -> sleep(ONE_DAY));
                group.cancel("enough");
            });
            log.add("went on");
        });

        assertThat(log).containsExactly("went on");
    }

    @Test
    void cancellationFromOutsideEndsIt() {
        Task<?> task = driven.start(() -> {
            TaskGroup.supervise(group -> group.createTask(() -> sleep(ONE_DAY)));
            log.add("went on");
        });

        task.cancel("enough");
        driven.settle();

        assertThat(task.isCancelled()).isTrue();
        assertThat(log).isEmpty();
    }
}
