package dev.intercept.spi;

/**
 * Where a target's answers come by.
 *
 * @param target the target's IPv4 address, in numbers
 * @param port of the target's server
 * @param device on which answers to the clients arrive, seen from behind the target
 */
public record AnswerPath(String target, int port, String device) {}
