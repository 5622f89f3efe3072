/** Addresses as users write them. */
package dev.intercept.net;
