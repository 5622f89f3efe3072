/** Gives the class files of an old library what archives of classes ask for. Run by the build only. */
@NullMarked
package dev.intercept.reframe;

import org.jspecify.annotations.NullMarked;
