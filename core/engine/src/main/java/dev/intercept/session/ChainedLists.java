package dev.intercept.session;

import java.util.Arrays;

/**
 * Lists of small numbers, each number in one list at most: adding at the end, taking out anywhere, in constant time and without
 * an object for any.
 */
final class ChainedLists {

    static final int NONE = -1;

    private final int[] first;
    private final int[] last;
    private final int[] next;
    private final int[] previous;

    /**
     * @param lists how many lists, all empty
     * @param numbers the numbers are from 0 to below this
     */
    ChainedLists(int lists, int numbers) {
        first = filled(lists);
        last = filled(lists);
        next = filled(numbers);
        previous = filled(numbers);
    }

    private static int[] filled(int length) {
        int[] array = new int[length];
        Arrays.fill(array, NONE);
        return array;
    }

    void append(int list, int number) {
        int before = last[list];
        previous[number] = before;
        next[number] = NONE;
        if (before == NONE) {
            first[list] = number;
        } else {
            next[before] = number;
        }
        last[list] = number;
    }

    /** @param list the list that the number is in */
    void remove(int list, int number) {
        int before = previous[number];
        int after = next[number];
        if (before == NONE) {
            first[list] = after;
        } else {
            next[before] = after;
        }
        if (after == NONE) {
            last[list] = before;
        } else {
            previous[after] = before;
        }
    }

    /** The number that has been in the list for longest, or {@link #NONE}. */
    int first(int list) {
        return first[list];
    }

    /** The number that was appended last, or {@link #NONE}. */
    int last(int list) {
        return last[list];
    }

    /** The number that was appended before this one, or {@link #NONE}. */
    int previous(int number) {
        return previous[number];
    }

    /** The number that was appended after this one, or {@link #NONE}. */
    int next(int number) {
        return next[number];
    }
}
