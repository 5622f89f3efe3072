package dev.intercept.tc;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Where on a device a filter of ours is, and what for. */
public record Hook(Direction direction, Purpose purpose) {

    /** All there may be. */
    public static final List<Hook> ALL = Arrays.stream(Direction.values())
            .flatMap(direction -> Stream.of(Purpose.values()).map(purpose -> new Hook(direction, purpose)))
            .toList();
}
