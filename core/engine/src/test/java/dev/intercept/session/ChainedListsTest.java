package dev.intercept.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChainedListsTest {

    @Test
    void shouldBeginEmpty() {
        assertEquals(List.of(), numbers(new ChainedLists(2, 2), 1));
    }

    @Test
    void shouldTakeOutTheFirstTheLastAndOneBetween() {
        ChainedLists lists = new ChainedLists(1, 5);
        for (int number = 0; number < 5; number++) {
            lists.append(0, number);
        }
        lists.remove(0, 0);
        lists.remove(0, 4);
        lists.remove(0, 2);
        assertEquals(List.of(1, 3), numbers(lists, 0));

        lists.append(0, 2);
        assertEquals(List.of(1, 3, 2), numbers(lists, 0));
    }

    @Test
    void shouldDoWhatPlainListsDo() {
        Random random = new Random(3);
        ChainedLists lists = new ChainedLists(4, 50);
        List<List<Integer>> model = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (int step = 0; step < 20_000; step++) {
            Integer number = random.nextInt(50);
            int list = listOf(model, number);
            if (list >= 0) {
                model.get(list).remove(number);
                lists.remove(list, number);
            } else {
                list = random.nextInt(4);
                model.get(list).add(number);
                lists.append(list, number);
            }
            assertEquals(model.get(list), numbers(lists, list));
        }
    }

    private static int listOf(List<List<Integer>> model, Integer number) {
        for (int list = 0; list < model.size(); list++) {
            if (model.get(list).contains(number)) {
                return list;
            }
        }
        return -1;
    }

    private static List<Integer> numbers(ChainedLists lists, int list) {
        List<Integer> numbers = new ArrayList<>();
        for (int number = lists.first(list); number != ChainedLists.NONE; number = lists.next(number)) {
            numbers.add(number);
        }
        return numbers;
    }
}
