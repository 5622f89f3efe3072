package dev.intercept.diagnosis;

/** How bad a finding is. */
public enum Severity {
    /** As it should be. */
    OK,
    /** May lose answers or copied requests, or surprises later. */
    WARN,
    /** intercept cannot do its work like this. */
    FAIL
}
