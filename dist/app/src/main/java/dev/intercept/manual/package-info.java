/** What the build makes of the command line's model for the package: the man page and the completion of shells. */
@NullMarked
package dev.intercept.manual;

import org.jspecify.annotations.NullMarked;
