/** Addresses as users write them. */
@NullMarked
package dev.intercept.net;

import org.jspecify.annotations.NullMarked;
