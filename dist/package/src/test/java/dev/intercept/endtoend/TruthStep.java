package dev.intercept.endtoend;

/** Something that is done in a scene. */
@FunctionalInterface
interface TruthStep {
    void in(TruthScene scene) throws Exception;
}
