/** Which tunnel a response belongs to: sessions and their routes, the headers that wait for one, and when each ends. */
@NullMarked
package dev.intercept.session;

import org.jspecify.annotations.NullMarked;
