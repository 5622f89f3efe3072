/** What a run came to: as text, as a file, and two of them compared. */
package dev.intercept.summary;
