/** What the answers say about the test server that sends them: how many, how late, how often again. */
package dev.intercept.answers;
