package dev.intercept.diagnosis;

/** How bad a finding is. */
public enum Severity {
    /** As it should be. */
    OK,
    /** Nothing is wrong, but something has to be done before intercept is of use. */
    INFO,
    /** May lose answers or copied requests, or surprises later. */
    WARN,
    /** intercept cannot do its work like this. */
    FAIL
}
