package dev.intercept.capture;

import dev.intercept.net.Cidr;
import java.util.List;

/**
 * What an {@link Interceptor} does by an answer's addresses. Immutable, so that it can be put in force as a whole.
 *
 * @param passList asked first, for the destination as it stands in the answer
 * @param translation what becomes of the addresses before the session look-up
 */
public record AnswerAddresses(PassList passList, AddressTranslation translation) {

    /** @param passed IPv4 only */
    public static AnswerAddresses of(List<Cidr> passed, AddressTranslation translation) {
        return new AnswerAddresses(new PassList(passed), translation);
    }
}
