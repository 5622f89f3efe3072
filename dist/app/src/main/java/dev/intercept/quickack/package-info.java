/** Has the kernel acknowledge what tunnels receive at once, by routes of its own that only their traffic takes. */
@NullMarked
package dev.intercept.quickack;

import org.jspecify.annotations.NullMarked;
