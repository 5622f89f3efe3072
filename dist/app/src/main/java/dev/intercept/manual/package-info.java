/** What the build makes of the command line's model for the package: the man page and the completion of shells. */
package dev.intercept.manual;
