/** A backend for intercept that takes its packets from a text file: one packet a line, in hexadecimal digits. */
package com.example.hexfile;
