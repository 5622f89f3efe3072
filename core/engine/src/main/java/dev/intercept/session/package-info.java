/** Which tunnel a response belongs to: sessions and their routes, the headers that wait for one, and when each ends. */
package dev.intercept.session;
