/** The packet filter's rules that decide whether answers reach a backend: made, worded, read, inserted and removed. */
@NullMarked
package dev.intercept.diagnosis.rules;

import org.jspecify.annotations.NullMarked;
