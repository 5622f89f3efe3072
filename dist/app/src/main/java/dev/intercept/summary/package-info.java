/** What a run came to: as text, as a file, and two of them compared. */
@NullMarked
package dev.intercept.summary;

import org.jspecify.annotations.NullMarked;
