/** The packet filter's rules as far as they decide whether answers reach a queue, whichever tool wrote them. */
package dev.intercept.diagnosis.rules;
