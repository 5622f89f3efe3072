/** What the answers say about the test server that sends them: how many, how late, how often again. */
@NullMarked
package dev.intercept.answers;

import org.jspecify.annotations.NullMarked;
