/** What is wrong, and how to mend it: findings with stable names, read from the host or from what intercept counts. */
@NullMarked
package dev.intercept.diagnosis;

import org.jspecify.annotations.NullMarked;
