package dev.intercept.diagnosis.check;

/** The queues of one intercept, both ends included: {@code 0} or {@code 0:3}. */
record QueueNumbers(int first, int last) {

    /** What is no number counts as queue 0: the start says what is wrong with it. */
    static QueueNumbers parse(String text) {
        try {
            String[] ends = text.split(":", 2);
            return new QueueNumbers(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]));
        } catch (NumberFormatException e) {
            return new QueueNumbers(0, 0);
        }
    }

    boolean contains(int number) {
        return first <= number && number <= last;
    }

    @Override
    public String toString() {
        return first == last ? Integer.toString(first) : first + ":" + last;
    }
}
