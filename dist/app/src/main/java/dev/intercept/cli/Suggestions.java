package dev.intercept.cli;

import java.util.Collection;
import java.util.List;

/** What a mistyped word may have meant. */
final class Suggestions {

    private static final int MIN_LENGTH = 3;
    private static final int MAX_SUGGESTIONS = 3;

    private Suggestions() {}

    /** {@code ", did you mean X or Y?"}; empty where no known word is near. */
    static String of(String typed, Collection<String> known) {
        int limit = typed.replace("-", "").length() / MIN_LENGTH;
        int nearest = known.stream()
                .mapToInt(word -> distance(typed, word))
                .filter(distance -> distance <= Math.min(2, limit))
                .min()
                .orElse(-1);
        List<String> near = known.stream()
                .filter(word -> distance(typed, word) == nearest)
                .sorted()
                .limit(MAX_SUGGESTIONS)
                .toList();
        return near.isEmpty() ? "" : ", did you mean " + String.join(" or ", near) + "?";
    }

    /** Letters to be added, left out, replaced or swapped with their neighbour: the restricted Damerau-Levenshtein distance. */
    static int distance(String a, String b) {
        int[][] steps = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                steps[i][j] = i == 0 || j == 0 ? i + j : cheapest(steps, a, i, b, j);
            }
        }
        return steps[a.length()][b.length()];
    }

    private static int cheapest(int[][] steps, String a, int i, String b, int j) {
        int replaced = steps[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        int best = Math.min(replaced, 1 + Math.min(steps[i - 1][j], steps[i][j - 1]));
        boolean isSwapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return isSwapped ? Math.min(best, steps[i - 2][j - 2] + 1) : best;
    }
}
